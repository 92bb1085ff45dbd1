import assert from "node:assert/strict";
import { parseScript } from "./parse_script.ts";
import { hashValues, realText, renderResult } from "./render_values.ts";
import { mismatch } from "./run_script.ts";

const SCRIPT = `# comment
hash-threshold 8

statement ok
CREATE TABLE t(a)

onlyif mysql # DIV
query I rowsort label-1
SELECT 1
  FROM t
----
1

statement error
nonsense

query IT valuesort
SELECT 2
----
4 values hashing to 0123456789abcdef0123456789abcdef

skipif sqlite
halt
`;

Deno.test("parseScript() reads every kind of record with its conditions", () => {
  const records = parseScript(SCRIPT, "x.slt");
  assert.deepEqual(records.map((record) => record.kind), [
    "hashThreshold",
    "statement",
    "query",
    "statement",
    "query",
    "halt",
  ]);
  const [, , query, failing, hashed, halt] = records;
  assert.ok(
    query?.kind === "query" && hashed?.kind === "query" && failing?.kind === "statement" && halt?.kind === "halt",
  );
  assert.equal(query.sql, "SELECT 1\n  FROM t");
  assert.deepEqual(query.conditions, [{ kind: "onlyif", engine: "mysql", reason: "DIV" }]);
  assert.deepEqual([query.types, query.sort, query.label, query.line], ["I", "rowsort", "label-1", 8]);
  assert.deepEqual(query.expected, { kind: "values", values: ["1"] });
  assert.equal(failing.succeeds, false);
  assert.deepEqual(hashed.expected, { kind: "hash", count: 4, md5: "0123456789abcdef0123456789abcdef" });
  assert.deepEqual(halt.conditions, [{ kind: "skipif", engine: "sqlite", reason: "" }]);
});

Deno.test("parseScript() names file and line of a record it does not know", () => {
  assert.throws(() => parseScript("\nquery X\nselect 1", "bad.slt"), /bad\.slt:2: unknown record "query X"/);
  assert.throws(() => parseScript("loop i 1 2", "bad.slt"), /bad\.slt:1/);
});

Deno.test("realText() writes a REAL as SQLite does", () => {
  const cases: readonly (readonly [number, string])[] = [
    [1, "1.0"],
    [-0, "0.0"],
    [0.1 + 0.2, "0.3"],
    [1e15, "1.0e+15"],
    [123456789012345, "123456789012345.0"],
    [1.5e-5, "1.5e-05"],
    [0.0001, "0.0001"],
    [1e300, "1.0e+300"],
    [-Infinity, "-Inf"],
  ];
  for (const [value, text] of cases) assert.equal(realText(value), text);
});

Deno.test("renderResult() formats by column type and sorts as asked", () => {
  const rows = [[10n, 2.5, "é"], [9n, null, ""]];
  assert.deepEqual(renderResult(rows, "IRT", "nosort"), ["10", "2.500", "@@", "9", "NULL", "(empty)"]);
  assert.deepEqual(renderResult(rows, "IRT", "rowsort"), ["10", "2.500", "@@", "9", "NULL", "(empty)"]);
  assert.deepEqual(renderResult(rows, "IRT", "valuesort"), ["(empty)", "10", "2.500", "9", "@@", "NULL"]);
  assert.deepEqual(renderResult([["12abc", 2.9, -18446744073709551616]], "IIR", "nosort"), [
    "12",
    "2",
    "-18446744073709550000.000",
  ]);
});

Deno.test("mismatch() compares values or their hash", () => {
  const md5 = hashValues(["1", "2"]);
  assert.equal(md5, "6ddb4095eb719e2a9f0a3f95677d24e0");
  assert.equal(mismatch(["1", "2"], { kind: "hash", count: 2, md5 }), null);
  assert.match(mismatch(["1", "3"], { kind: "hash", count: 2, md5 }) ?? "", /hashing/);
  assert.match(mismatch(["1"], { kind: "values", values: ["2"] }) ?? "", /expected/);
});
