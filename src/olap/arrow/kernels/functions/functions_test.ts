import assert from "node:assert/strict";
import type { ExactValue } from "../../../../types/mod.ts";
import { FEW, Oracle, someUnreadable, TEXTS, VALUES } from "../libsql_oracle_test.ts";
import { scalarFunction } from "./mod.ts";

/** A call with the operands `a`, `b`, `c` in the order of its arguments, and values for them. */
interface Case {
  readonly name: string;
  readonly operands: readonly (readonly ExactValue[])[];
  readonly mayDecline?: (args: readonly ExactValue[]) => boolean;
}

const COUNTS: readonly ExactValue[] = [
  null,
  0n,
  1n,
  2n,
  3n,
  -1n,
  -2n,
  -7n,
  100n,
  4294967297n,
  -2147483648n,
  1.9,
  "2x",
  "1e3",
]
  .concat(9223372036854775807n, -9223372036854775808n);
const STRINGS: readonly ExactValue[] = TEXTS.concat(null, 12345n, 1.5, "añb🎉cé", "xxaxx", "((a))", "aXbXc");
const DECIMALS: readonly ExactValue[] = [null, 0n, 1n, 2n, 3n, 5n, 10n, 15n, 16n, 20n, 30n, 40n, -1n, "2", 1.9];
const SETS: readonly ExactValue[] = [null, "", " ", "a", "abc", "x(", ")a", "é", "🎉", "ba", "1", 1n, "\t\n "];

const beyond64 = ([value]: readonly ExactValue[]): boolean => Math.abs(Number(value)) >= 2 ** 31;

/** The result is a number or blob then, where text is promised. */
const replacesNothing = ([subject, pattern]: readonly ExactValue[]): boolean =>
  typeof subject !== "string" && pattern === "";

const CASES: readonly Case[] = [
  ...["abs", "hex", "length", "lower", "upper", "octet_length", "quote", "sign", "typeof", "unicode", "soundex"].map((
    name,
  ) => ({ name, operands: [VALUES] })),
  ...["char", "likely", "unlikely", "round", "trim", "ltrim", "rtrim", "unhex"].map((name) => ({
    name,
    operands: [VALUES],
  })),
  ...["ceil", "ceiling", "floor", "square"].map((name) => ({ name, operands: [VALUES], mayDecline: beyond64 })),
  { name: "sqrt", operands: [VALUES] },
  { name: "pi", operands: [] },
  { name: "zeroblob", operands: [[null, 0n, 3n, -1n, "4", 2.5]] },
  { name: "char", operands: [FEW, [65n, 128512n, 55296n, 1114112n, -1n, null]] },
  ...["concat", "concat_ws", "coalesce", "ifnull", "nullif", "min", "max", "instr", "glob", "like"].map((name) => ({
    name,
    operands: [VALUES, VALUES],
  })),
  { name: "instr", operands: [STRINGS, ["a", "é", "🎉", "c", "X", "", "bc", "xx"]] },
  ...["concat", "concat_ws", "coalesce", "iif", "min", "max"].map((name) => ({ name, operands: [FEW, FEW, FEW] })),
  { name: "replace", operands: [FEW, FEW, FEW], mayDecline: replacesNothing },
  { name: "replace", operands: [STRINGS, SETS, ["", "$&", "yy", null, 7n]], mayDecline: replacesNothing },
  { name: "round", operands: [VALUES, DECIMALS] },
  ...["substr", "substring"].map((name) => ({ name, operands: [VALUES, COUNTS] })),
  { name: "substr", operands: [STRINGS, COUNTS, COUNTS] },
  { name: "substr", operands: [FEW, COUNTS, COUNTS] },
  ...["trim", "ltrim", "rtrim"].map((name) => ({ name, operands: [STRINGS, SETS] })),
  {
    name: "unhex",
    operands: [["4142", "41 42", "4-1", "é41", "41é42", "414", "", null, 4142n, "4g"], ["", " ", "-é", null]],
  },
];

const letters = ["a.v", "b.v", "c.v"];

for (const { name, operands, mayDecline } of CASES) {
  const call = `${name}(${operands.map((_, index) => letters[index]).join(", ")})`;
  const values = operands.map((list) => list.length).join(" × ");
  Deno.test(`scalarFunction() gives what libSQL's ${call} gives for ${values} values`, () => {
    const kernel = scalarFunction(name, operands.length);
    assert.ok(kernel !== null);
    const oracle = new Oracle();
    oracle.compare(
      call,
      operands.length === 0 ? [[null]] : operands,
      (...args) => kernel(operands.length === 0 ? [] : args),
      (args) => someUnreadable(args) || mayDecline?.(args) === true,
    );
    oracle.close();
  });
}

Deno.test("scalarFunction() compares by the collation it is given", () => {
  const oracle = new Oracle();
  for (const name of ["min", "max", "nullif"]) {
    const kernel = scalarFunction(name, 2, "NOCASE")!;
    oracle.compare(`${name}(a.v collate nocase, b.v)`, [TEXTS, TEXTS], (...args) => kernel(args));
  }
  oracle.close();
});

Deno.test("scalarFunction() rounds reals of all sizes as libSQL does", () => {
  let state = 99;
  const values = Array.from({ length: 4000 }, (_, index) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    const unit = state / 2147483648;
    return index % 3 === 0 ? Math.round(unit * 1e6) / 1e3 : (unit - 0.4) * 10 ** (index % 17 - 4);
  });
  const oracle = new Oracle();
  const round = scalarFunction("round", 2)!;
  oracle.compare("round(a.v, b.v)", [values, [1n, 2n, 4n, 8n, 13n]], (...args) => round(args));
  oracle.close();
});

Deno.test("scalarFunction() is null for unknown functions and wrong numbers of arguments", () => {
  for (
    const [name, count] of [["sin", 1], ["random", 0], ["lower", 2], ["max", 1], ["iif", 2], ["concat", 0]] as const
  ) {
    assert.equal(scalarFunction(name, count), null);
  }
});
