import assert from "node:assert/strict";
import Database from "libsql";
import type { ExactValue } from "../../../types/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";

/*
 * The harness of the tests beside it: every function of the kernels against libSQL's, over all combinations of awkward values.
 */

const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);

export const INTEGERS: readonly ExactValue[] = [0n, 1n, -1n, 2n, -7n, 10n, 63n, 64n, -64n, 97n, 4294967296n, 8364n]
  .concat(9007199254740991n, 9007199254740993n, -9007199254740993n, 9223372036854775807n, -9223372036854775808n);

export const REALS: readonly ExactValue[] = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 2.675, 1.005, 0.125, -0.375, 0.1]
  .concat(0.49999999999999994, 123456789.125, 4503599627370497.5, 9007199254740992, 9223372036854775807, 1e14, 1e15)
  .concat(999999999999999.9, 1e16, 1.25e17, 1e19, 123456789012345680, 1e21, 1e22, 1e100, 1.2345678901234567e-5, 1e-4)
  .concat(9.99999999999999e-5, 1e308, -1e308, 5e-324, 2.2250738585072014e-308, 1e-7, Infinity, -Infinity, 0.1 + 0.2)
  .concat(1 / 3, 2 / 3, 1e23, 8.5, 99.995, 1234.5678);

export const TEXTS: readonly ExactValue[] = ["", " ", "0", "1", "abc", "ABC", "aBc ", " abc", "1e3", "-12", "  42xyz"]
  .concat(
    "3.14",
    ".5",
    "+5.",
    "0x10",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "inf",
    "nan",
  )
  .concat(
    "99999999999999999999",
    "12345678901234567890.5",
    "é",
    "É",
    "e\u0301x",
    "a🎉b",
    "\u212a",
    "\u0130",
    "kI",
    "a%b",
  )
  .concat(
    "a_b",
    "a\\b",
    "it's",
    '"q"',
    "2024-02-29",
    "\t7\n",
    "1e",
    "1.5e",
    "1e5x",
    "-.",
    "-",
    "1.0",
    "1e400",
    "-0",
    "-0.0",
  )
  .concat("580774.453469", "7.56e-20", "\ufffd", "\uffff", "𐀀", "a\u00a0", "1 2", "  ", "abcabc", "bc", "1_0", "true");

export const BLOBS: readonly ExactValue[] = [bytes(), bytes(0), bytes(0x61), bytes(0x61, 0x62, 0x63), bytes(0xff)]
  .concat(
    [bytes(0xc3, 0xa9), bytes(0x31, 0x32), bytes(0x20, 0x31, 0x2e, 0x35), bytes(0x31, 0)],
  );

export const VALUES: readonly ExactValue[] = [null, ...INTEGERS, ...REALS, ...TEXTS, ...BLOBS];

/** Enough of each class where combinations would be too many. */
export const FEW: readonly ExactValue[] = [
  null,
  0n,
  1n,
  -3n,
  7n,
  9223372036854775807n,
  0.5,
  -2.5,
  1e20,
  "",
  "abc",
  "2x",
]
  .concat("é🎉x", "b", "1.5");

/** Whether some value is a blob that no kernel reads as text. */
export const someUnreadable = (args: readonly ExactValue[]): boolean =>
  args.some((value) => value instanceof Uint8Array && (value.includes(0) || value.includes(0xff)));

/** A value as it is shown in a failure, its class included. */
export function show(value: ExactValue): string {
  if (value === null) return "NULL";
  switch (typeof value) {
    case "bigint":
      return String(value);
    case "number":
      return Number.isInteger(value) ? `${value}.0` : String(value);
    case "string":
      return JSON.stringify(value);
    default:
      return `x'${Buffer.from(value).toString("hex")}'`;
  }
}

type Kernel = (...args: ExactValue[]) => ExactValue;

/** What libSQL or a kernel made of some arguments; `declined` also stands for libSQL's errors. */
type Answer = { readonly value: ExactValue } | "declined";

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** libSQL with the values in tables, one per operand. */
export class Oracle {
  readonly #db = new Database(":memory:");
  readonly #tables = new Map<readonly ExactValue[], string>();

  close(): void {
    this.#db.close();
  }

  /**
   * Compares an SQL expression over `a.v`, `b.v`, `c.v` with a kernel over all combinations of values. A kernel must decline
   * where libSQL fails and may where `mayDecline` says so.
   */
  compare(
    expression: string,
    operands: readonly (readonly ExactValue[])[],
    kernel: Kernel,
    mayDecline: (args: readonly ExactValue[]) => boolean = () => false,
  ): void {
    const expected = this.#answers(expression, operands);
    const different: string[] = [];
    let answered = 0;
    for (const [key, wanted] of expected) {
      const args = key.split(",").map((id, index) => operands[index]![Number(id)]!);
      const found = run(kernel, args);
      if (same(wanted, found)) {
        if (found !== "declined") answered++;
      } else if (found !== "declined" || !mayDecline(args)) {
        different.push(`${expression} of ${args.map(show).join(", ")}: ${shown(wanted)}, not ${shown(found)}`);
      }
    }
    assert.deepEqual(different.slice(0, 12), [], `${expression}: ${different.length} differences`);
    assert.ok(answered > 0, `${expression} is never answered`);
  }

  #answers(expression: string, operands: readonly (readonly ExactValue[])[]): Map<string, Answer> {
    const names = operands.map((_, index) => "abc"[index]!);
    const from = operands.map((values, index) => `${this.#table(values)} ${names[index]}`).join(", ");
    const ids = names.map((name) => `${name}.id`);
    const text =
      `with q as materialized (select ${ids.join(" || ',' || ")} || '' as ids, ${expression} as r from ${from}) ` +
      `select ids, typeof(r), iif(typeof(r) = 'text', cast(r as blob), r) from q`;
    const inside = `select ${ids.join(" || ',' || ")} || '' as ids, ${expression} as r from ${from}`;
    try {
      return new Map(this.#all(text).map(answerOf));
    } catch (error) {
      if (!/Sqlite/i.test(String(error))) throw error;
      return this.#oneByOne(inside, ids, operands);
    }
  }

  /** Some combination fails in libSQL: find out which. */
  #oneByOne(inside: string, ids: readonly string[], operands: readonly (readonly ExactValue[])[]): Map<string, Answer> {
    const answers = new Map<string, Answer>();
    const where = ids.map((id) => `${id} = ?`).join(" and ");
    for (const key of combinations(operands.map((values) => values.length))) {
      const statement =
        `select ids, typeof(r), iif(typeof(r) = 'text', cast(r as blob), r) from (${inside} where ${where})`;
      try {
        const rows = this.#all(statement, key.map(BigInt));
        for (const row of rows) answers.set(...answerOf(row));
      } catch (error) {
        if (!/Sqlite/i.test(String(error))) throw error;
        answers.set(key.join(","), "declined");
      }
    }
    return answers;
  }

  #all(text: string, parameters: readonly bigint[] = []): ExactValue[][] {
    return this.#db.prepare(text).raw(true).safeIntegers(true).all(...parameters) as ExactValue[][];
  }

  #table(values: readonly ExactValue[]): string {
    const known = this.#tables.get(values);
    if (known !== undefined) return known;
    const name = `t${this.#tables.size}`;
    this.#tables.set(values, name);
    this.#db.exec(`create table ${name}(id integer primary key, v)`);
    const insert = this.#db.prepare(`insert into ${name} values (?, ?)`);
    const insertReal = this.#db.prepare(`insert into ${name} values (?, cast(? as real))`);
    values.forEach((value, id) => (typeof value === "number" ? insertReal : insert).run(BigInt(id), value));
    return name;
  }
}

function answerOf([ids, type, value]: readonly ExactValue[]): [string, Answer] {
  if (type !== "text") {
    return [ids as string, { value: value! instanceof Uint8Array ? new Uint8Array(value!) : value! }];
  }
  const raw = value as Uint8Array;
  if (raw.includes(0)) return [ids as string, "declined"];
  try {
    return [ids as string, { value: DECODER.decode(raw) }];
  } catch {
    // Not valid UTF-8: the driver would end the process.
    return [ids as string, "declined"];
  }
}

function* combinations(sizes: readonly number[]): Generator<number[]> {
  const [size, ...rest] = sizes;
  if (size === undefined) return yield [];
  for (let index = 0; index < size; index++) {
    for (const tail of combinations(rest)) yield [index, ...tail];
  }
}

function run(kernel: Kernel, args: readonly ExactValue[]): Answer {
  try {
    return { value: kernel(...args) };
  } catch (error) {
    if (error instanceof RuntimeDecline) return "declined";
    throw new Error(`for ${args.map(show).join(", ")}`, { cause: error });
  }
}

const shown = (answer: Answer): string => answer === "declined" ? "declined" : show(answer.value);

/** Zeros of either sign are equal. */
function same(a: Answer, b: Answer): boolean {
  if (a === "declined" || b === "declined") return a === b;
  if (typeof a.value === "number" && typeof b.value === "number") return a.value === b.value;
  return typeof a.value === typeof b.value && shown(a) === shown(b);
}
