import assert from "node:assert/strict";
import type { ExactValue } from "../../../types/mod.ts";
import type { BridgedQuery } from "./mod.ts";
import { EnginePair, showValue } from "./engine_pair_test.ts";

/*
 * Every operator and function that is translated, over all combinations of edge values of every class: each either declines, when
 * compiled or for the row, or gives libSQL's value and storage class.
 */

const VALUES: Readonly<Record<string, { readonly type: string; readonly values: readonly string[] }>> = {
  i: {
    type: "integer",
    values: [
      "0",
      "1",
      "-1",
      "2",
      "-7",
      "10",
      "63",
      "64",
      "-64",
      "97",
      "4294967296",
      "9007199254740991",
      "9007199254740993",
      "-9007199254740993",
      "9223372036854775807",
      "-9223372036854775808",
    ],
  },
  r: {
    type: "real",
    values: [
      "0.0",
      "1.0",
      "-1.0",
      "0.5",
      "-0.5",
      "1.5",
      "2.5",
      "-2.5",
      "2.675",
      "1.005",
      "0.125",
      "-0.375",
      "0.1",
      "0.49999999999999994",
      "123456789.125",
      "4503599627370497.5",
      "9007199254740992.0",
      "9223372036854775807.0",
      "1e19",
      "1e308",
      "-1e308",
      "5e-324",
      "1e-7",
      "9e999",
      "-9e999",
    ],
  },
  n: {
    type: "numeric",
    values: [
      "0",
      "1",
      "-1",
      "7",
      "0.5",
      "-0.5",
      "99.99",
      "2.675",
      "1000000",
      "9007199254740992",
      "-9007199254740992",
      "1e19",
      "1e300",
      "9e999",
    ],
  },
  t: {
    type: "text",
    values: [
      "''",
      "' '",
      "'0'",
      "'1'",
      "'abc'",
      "'ABC'",
      "'aBc '",
      "' abc'",
      "'1e3'",
      "'-12'",
      "'  42xyz'",
      "'3.14'",
      "'.5'",
      "'+5.'",
      "'0x10'",
      "'9223372036854775807'",
      "'99999999999999999999'",
      "'12345678901234567890.5'",
      "'inf'",
      "'é'",
      "'É'",
      "'e\u0301x'",
      "'a🎉b'",
      "'\u212a'",
      "'\u0130'",
      "'kI'",
      "'a%b'",
      "'a_b'",
      "'a\\b'",
      "'it''s'",
      "'2024-02-29'",
      "char(9) || '7'",
    ],
  },
  d: { type: "datetime", values: ["'2024-01-05'", "'2023-12-31 23:59:59'", "'n/a'", "''", "'1e5x'"] },
  b: { type: "blob", values: ["x''", "x'00'", "x'61'", "x'616263'", "x'ff'", "x'c3a9'"] },
  c: { type: "text collate nocase", values: ["'abc'", "'ABC'", "'É'", "'é'", "''"] },
  p: { type: "text collate rtrim", values: ["'a'", "'a  '", "'A'", "''", "'  '"] },
};

const SCRIPT = Object.entries(VALUES).map(([name, { type, values }]) => {
  const rows = ["null", ...values].map((value, index) => `(${index}, ${value})`);
  return `create table ${name}(id integer primary key, v ${type}); insert into ${name} values ${rows.join(", ")};`;
}).join("\n");

const ALL = Object.keys(VALUES);
const LITERALS = ["null", "0", "1", "-3", "2.5", "-0.5", "9007199254740993", "'abc'", "'ABC '", "'12'", "'é'", "x'61'"];

/** What became of a family of expressions. */
interface Tally {
  /** Rows answered, and rows that ended the statement. */
  answered: number;
  ended: number;
  declined: number;
  readonly different: string[];
}

/** Rows by their ids, the value last. */
type Values = ReadonlyMap<string, ExactValue>;

/** Evaluates an expression over all combinations of rows on both engines. */
async function probe(pair: EnginePair, expression: string, sources: readonly string[], tally: Tally): Promise<void> {
  const ids = sources.map((_, index) => `${"xy"[index]}.id`);
  const from = sources.map((source, index) => `${source} ${"xy"[index]}`).join(", ");
  const text = `select ${[...ids, expression].join(", ")} from ${from}`;
  const bridged = pair.bridge(text);
  if (bridged.kind === "declined") {
    tally.declined++;
    return;
  }
  const expected = byIds(pair.expected(text, ids, from));
  const found = await evaluate(pair, bridged, text, ids);
  tally.ended += expected.size - found.size;
  for (const [row, value] of found) {
    const wanted = expected.get(row);
    if (wanted !== undefined && identical(wanted, value)) tally.answered++;
    else {
      const shown = wanted === undefined ? "an error" : showValue(wanted);
      tally.different.push(`${expression} of ${sources} ${row}: ${shown}, DuckDB ${showValue(value)}`);
    }
  }
}

function byIds(rows: readonly (readonly ExactValue[])[]): Values {
  return new Map(rows.map((row) => [row.slice(0, -1).join(), row.at(-1)!]));
}

/** DuckDB's values, without the rows that end the statement. */
async function evaluate(
  pair: EnginePair,
  bridged: BridgedQuery,
  text: string,
  ids: readonly string[],
): Promise<Values> {
  try {
    return byIds((await pair.runBridged(bridged)).rows);
  } catch (error) {
    if (/Binder|Catalog|Parser|INTERNAL/.test(String(error))) throw error;
  }
  // DuckDB 1.5 gives garbage or crashes for COALESCE inside TRY.
  if (bridged.sql.includes("coalesce(")) return await halved(pair, text, ids);
  const sql = tryLast(bridged.sql, ids.length);
  const { rows } = await pair.runBridged({ ...bridged, sql, outputs: [...bridged.outputs, { class: "integer" }] });
  // The optimiser may prove a value not NULL without computing it.
  const whole = rows.filter((row) => row.at(-1) === 1n || (row.at(-1) === 2n && row.at(-2) !== null));
  return byIds(whole.map((row) => row.slice(0, -1)));
}

/** The rows of smaller and smaller parts that do not end. */
async function halved(pair: EnginePair, text: string, ids: readonly string[], least = 0, size = 64): Promise<Values> {
  const found = new Map<string, ExactValue>();
  for (const start of [least, least + size / 2]) {
    const part = `${text} where ${ids[0]} >= ${start} and ${ids[0]} < ${start + size / 2}`;
    const bridged = pair.bridge(part);
    assert.equal(bridged.kind, "bridged");
    try {
      const { rows } = await pair.runBridged(bridged as BridgedQuery);
      for (const row of rows) found.set(row.slice(0, -1).join(), row.at(-1)!);
    } catch {
      // Some row ends the statement: it is among fewer now, or alone.
      if (size <= 2) continue;
      for (const [row, value] of await halved(pair, text, ids, start, size / 2)) found.set(row, value);
    }
  }
  return found;
}

/** Puts the last output into TRY(), and behind it 1 for NULL, 2 for a value, NULL for an error. */
function tryLast(sql: string, position: number): string {
  const endless = sql.replaceAll(/error\('[^']*'\)/g, `CAST(CAST('end' AS BIGINT) AS "NULL")`);
  const name = `c${position}`;
  const start = endless.indexOf(` AS c${position - 1}, `) + ` AS c${position - 1}, `.length;
  const end = endless.indexOf(` AS ${name}`, start);
  const expression = endless.slice(start, end);
  const tagEnd = endless.indexOf(` AS ${name}t`, start);
  const tag = tagEnd < 0 ? "" : `, TRY(${endless.slice(end + ` AS ${name}, `.length, tagEnd)}) AS ${name}t`;
  const rest = endless.slice(endless.indexOf(" FROM m.", end));
  return `${
    endless.slice(0, start)
  }TRY(${expression}) AS ${name}${tag}, TRY(CASE WHEN ${expression} IS NULL THEN 1::BIGINT ELSE 2::BIGINT END)${rest}`;
}

function identical(a: ExactValue, b: ExactValue): boolean {
  return typeof a === "number" && typeof b === "number" ? a === b : showValue(a) === showValue(b);
}

async function openForProbes(script: string): Promise<EnginePair> {
  const pair = await EnginePair.open(script);
  // It would evaluate an expression once, outside of TRY().
  await pair.duck.run("set disabled_optimizers = 'common_subexpressions'");
  return pair;
}

async function probeAll(
  name: string,
  expressions: (left: string, right: string) => readonly string[],
  sources: readonly (readonly string[])[],
): Promise<void> {
  const pair = await openForProbes(SCRIPT);
  const tally: Tally = { answered: 0, ended: 0, declined: 0, different: [] };
  for (const list of sources) {
    for (const expression of expressions("x.v", "y.v")) await probe(pair, expression, list, tally);
  }
  pair.close();
  assert.deepEqual(tally.different.slice(0, 20), [], `${name}: ${tally.different.length} differences`);
  assert.ok(tally.answered > 0, `${name} is never translated`);
}

const ONE = ALL.map((source) => [source]);
const PAIRS = ALL.flatMap((left) => ALL.map((right) => [left, right]));
/** Enough where every operator has its mirror image. */
const UNORDERED = PAIRS.filter(([left, right]) => ALL.indexOf(left!) <= ALL.indexOf(right!));
const withLiterals = (operators: readonly string[]) => (left: string) =>
  operators.flatMap((operator) =>
    LITERALS.flatMap((value) => [`${left} ${operator} ${value}`, `${value} ${operator} ${left}`])
  );

const COMPARISONS = ["=", "<>", "<", "<=", ">", ">=", "is", "is not"];
const ARITHMETIC = ["+", "-", "*", "/", "%", "||", "&", "|"];

Deno.test("bridge() compares columns of all classes as SQLite does", () =>
  probeAll("comparisons", (a, b) => COMPARISONS.map((op) => `${a} ${op} ${b}`), UNORDERED));

Deno.test("bridge() compares columns with constants as SQLite does", () =>
  probeAll("comparisons", withLiterals(COMPARISONS), ONE));

Deno.test("bridge() computes with columns of all classes as SQLite does", () =>
  probeAll("arithmetic", (a, b) => ARITHMETIC.map((op) => `${a} ${op} ${b}`), PAIRS));

Deno.test("bridge() computes with constants as SQLite does", () =>
  probeAll("arithmetic", withLiterals([...ARITHMETIC, "<<", ">>"]), ONE));

Deno.test("bridge() shifts by constants as SQLite does", () =>
  probeAll(
    "shifts",
    (a) => [0, 1, 5, 62, 63, 64, 100, -1, -62, -63, -70].flatMap((by) => [`${a} << ${by}`, `${a} >> ${by}`]),
    ONE,
  ));

Deno.test("bridge() tests and casts as SQLite does", () =>
  probeAll("unary", (a) => [
    `-${a}`,
    `+${a}`,
    `~${a}`,
    `not ${a}`,
    `${a} is null`,
    `${a} is true`,
    `${a} is not false`,
    `${a} and 1`,
    `${a} or null`,
    `cast(${a} as integer)`,
    `cast(${a} as real)`,
    `cast(${a} as text)`,
    `cast(${a} as numeric)`,
    `cast(${a} as blob)`,
    `case when ${a} then 1 else 'no' end is null`,
    `case ${a} when 1 then 'one' when 'abc' then 'text' when x'61' then 'blob' else 'other' end`,
    `${a} between 0 and 10`,
    `${a} not between 'a' and 'b'`,
    `${a} in (0, 1.5, 'abc', '12', x'61')`,
    `${a} in (1, 2, 3)`,
    `${a} in ('abc', 'é')`,
    `${a} not in (1, null)`,
    `${a} not in ('abc', 'ABC')`,
    `(${a}, 1) < (1, 2)`,
    `(${a}, 1) = (1, 1)`,
    `case when ${a} > 0 then ${a} else 0 end`,
    `case when ${a} > 0 then ${a} else 1.0 end`,
    `case when ${a} = 'abc' then ${a} end`,
  ], ONE));

const PATTERNS = [
  "abc",
  "%B%",
  "a_b",
  "%k%",
  "%i",
  "K",
  "é%",
  "_",
  "__",
  "%",
  "",
  "a\\%b",
  "1%",
  "a%C ",
  "%.%",
  "%\u0301%",
];

Deno.test("bridge() matches patterns as SQLite does", () =>
  probeAll("patterns", (a) => [
    ...PATTERNS.flatMap((pattern) => [`${a} like '${pattern}'`, `${a} not like '${pattern}'`]),
    `${a} like 'a\\%b' escape '\\'`,
    `${a} like 'a!_%' escape '!'`,
    `like('%b%', ${a})`,
    ...["[0-9]*", "*[^0-9]*", "[a-c]b?", "[]a]*", "*[!é ]*", "[-.0]*", "[^a-zA-Z]*"].map((pattern) =>
      `${a} glob '${pattern}'`
    ),
    ...["abc", "a*", "*b*", "?", "a%b", "*\\*", ""].map((pattern) => `${a} glob '${pattern}'`),
  ], ONE));

const BOUNDS = ["0", "1", "2", "-1", "-2", "-9", "9"];

Deno.test("bridge() cuts text as SQLite does", () =>
  probeAll("substr", (a) => [
    ...BOUNDS.map((start) => `substr(${a}, ${start})`),
    ...BOUNDS.flatMap((start) => BOUNDS.map((length) => `substr(${a}, ${start}, ${length})`)),
  ], ONE));

Deno.test("bridge() cuts text at places other columns tell as SQLite does", () =>
  probeAll("substr", (a, b) => [
    `substr(${a}, ${b})`,
    `substr(${a}, ${b}, 2)`,
    `substr(${a}, 2, ${b})`,
    `substr(${a}, instr(${a}, 'b') + 1)`,
  ], [["t", "i"], ["i", "i"], ["t", "n"]]));

const TIMES = `create table w(id integer primary key, v text, s integer); insert into w values
  (0, null, null), (1, '2024-02-29', 0), (2, '2023-12-31 23:59:59', 1), (3, '2024-01-31T00:00:00Z', 86399),
  (4, '1999-12-31 23:59', 951782399), (5, '2000-01-01T12:30:15.250', 951782400), (6, '1970-01-01', 1704067199),
  (7, '9999-12-31', -1), (8, '1000-01-01 00:00:00', -86401), (9, '2023-02-31', 253402300799), (10, 'n/a', -30610224000),
  (11, '', 4102444800), (12, '12:00', 1e3), (13, '2024-01-01 24:00:00', 5), (14, '2451545', 9223372036854775807),
  (15, ' 2024-01-01', 7), (16, '2024-01-01 00:00:00+01:00', 8), (17, '0001-01-01', 9), (18, '2024-13-01', 10),
  (19, '2024-1-1', 11), (20, '2021-01-03', 12), (21, '2021-01-04 01:02:03.999', 13);`;
const MODIFIERS = [
  "start of day",
  "start of month",
  "start of year",
  "+1 day",
  "-31 days",
  "+1 month",
  "-13 months",
  "+1 year",
]
  .concat(["-4 years", "+36 hours", "-90 minutes", "10 day", "+8000 years", "weekday 0", "weekday 4"]);

Deno.test("bridge() reads times as SQLite does", async () => {
  const calls = (time: string, modifiers: string) => [
    ...["date", "time", "datetime", "julianday", "unixepoch"].map((name) => `${name}(${time}${modifiers})`),
    `strftime('%Y|%m|%d|%H|%M|%S|%j|%w|%W|%%', ${time}${modifiers})`,
  ];
  const pair = await openForProbes(TIMES);
  const tally: Tally = { answered: 0, ended: 0, declined: 0, different: [] };
  for (const modifier of ["", ...MODIFIERS.map((each) => `, '${each}'`), ", 'start of month', '+1 month', '-1 day'"]) {
    for (const call of [...calls("x.v", modifier), ...calls("x.s", `, 'unixepoch'${modifier}`)]) {
      await probe(pair, call, ["w"], tally);
    }
  }
  pair.close();
  assert.deepEqual(tally.different.slice(0, 20), []);
  assert.ok(tally.answered > 500);
});

Deno.test("bridge() calls functions of one value as SQLite does", () =>
  probeAll("functions", (a) =>
    [
      ...["abs", "ceil", "floor", "hex", "length", "lower", "ltrim", "round", "rtrim", "sign", "trim"],
      ...["typeof", "unicode", "upper", "likely", "quote", "char"],
    ].map((name) => `${name}(${a})`).concat([
      `sqrt(abs(${a}))`,
      ...[0, 1, 2, 3, 5, 9, 15, -1, 30].map((digits) => `round(${a}, ${digits})`),
      ...["%d", "%05d", "%3d", "%s", "a%sb%%", "%.1f", "%.2f", "%.5f", "x"].map((format) =>
        `printf('${format}', ${a})`
      ),
      `concat(${a}, '-', ${a})`,
      `${a} || ''`,
      `trim(${a}, 'abc ')`,
      `ltrim(${a}, ' a')`,
      `rtrim(${a}, '')`,
      `rtrim(${a}, 'x\u0301')`,
      `replace(${a}, 'b', 'xyz')`,
      `replace(${a}, '', 'x')`,
      `replace(${a}, 'a', '')`,
      `instr(${a}, 'b')`,
      `instr(${a}, '')`,
      `instr('xabc', ${a})`,
      `coalesce(${a}, 0)`,
      `coalesce(${a}, 'none')`,
      `coalesce(${a}, 0.0)`,
      `ifnull(${a}, -1)`,
      `nullif(${a}, 0)`,
      `nullif(${a}, 'abc')`,
      `iif(${a}, 1, 2)`,
      `iif(${a} is null, ${a}, 2)`,
      `max(${a}, 1)`,
      `min(${a}, 1.0)`,
      `max(${a}, 'abc')`,
      `abs(-${a})`,
      `length(upper(${a}))`,
      `typeof(${a} + 1)`,
      `typeof(coalesce(${a}, 1) * 2)`,
    ]), ONE));

Deno.test("bridge() calls functions of two values as SQLite does", () =>
  probeAll("functions", (a, b) => [
    `coalesce(${a}, ${b})`,
    `nullif(${a}, ${b})`,
    `max(${a}, ${b})`,
    `min(${a}, ${b})`,
    `replace(${a}, ${b}, '-')`,
    `instr(${a}, ${b})`,
    `trim(${a}, ${b})`,
    `case when ${a} is null then ${b} else ${a} end`,
  ], PAIRS.filter(([a, b]) => a === b || a === "i" || b === "t" || a === "n")));
