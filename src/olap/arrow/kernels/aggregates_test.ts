import assert from "node:assert/strict";
import Database from "libsql";
import type { ExactValue } from "../../../types/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";
import { boxedAggregate } from "./aggregates.ts";
import { show } from "./libsql_oracle_test.ts";

const reals = (count: number, scale: number): number[] => {
  let state = 7;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state / 2147483648 - 0.3) * scale ** (state % 5);
  });
};

const GROUPS: Readonly<Record<string, readonly ExactValue[]>> = {
  "nothing": [],
  "NULLs": [null, null],
  "integers": [3n, null, -5n, 9007199254740993n, 12n],
  "an overflow of integers": [9223372036854775807n, 1n],
  "an overflow that another order avoids": [9223372036854775807n, -5n, 1n],
  "large integers that fit": [9223372036854775800n, 7n, -9223372036854775808n],
  "an integral real": [1.0],
  "integers and reals": [1n, 0.5, 4503599627370497n, -0.25, 9223372036854775807n],
  "integers that overflow after a real": [0.5, 9223372036854775807n, 9223372036854775807n],
  "a real after an overflow": [9223372036854775807n, 9223372036854775807n, 0.5],
  "integers after reals": [1e300, 9007199254740993n, -1e300],
  "tenths": Array.from({ length: 100 }, () => 0.1),
  "reals": reals(1000, 10),
  "reals of all sizes": reals(1000, 1e5),
  "cancelling reals": [1e100, 1, -1e100],
  "infinity": [1, Infinity, 2],
  "both infinities": [Infinity, -Infinity],
  "overflowing reals": [1.7e308, 1.7e308, -1.7e308],
  "texts": ["a", "B", "b", "", null, "A"],
  "numeric texts": ["12", " 3 ", "4.5", "5x", "1e2", "9223372036854775808"],
  "whole numeric texts": ["12", " 3 ", "-4"],
  "blobs": [Uint8Array.of(0x61), Uint8Array.of(0x31), Uint8Array.of()],
  "everything": [1n, 1.0, "1", Uint8Array.of(0x31), null, 2.5, "b", -3n],
  "equal numbers": [1.0, 1n, 2n, 2.0],
  "equal numbers that are not the extremes": [1.0, 0.5, 1n, 3n],
};

/** What libSQL aggregates the values to, in their order; `declined` for an error. */
function expected(call: string, values: readonly ExactValue[]): ExactValue | "declined" {
  const db = new Database(":memory:");
  try {
    db.exec("create table t(id integer primary key, v, w)");
    const insert = db.prepare("insert into t values (?, ?, ?)");
    const insertReal = db.prepare("insert into t values (?, cast(? as real), ?)");
    values.forEach((value, id) => {
      (typeof value === "number" ? insertReal : insert).run(BigInt(id), value, id % 3 === 0 ? null : `<${id}>`);
    });
    const [value] = db.prepare(`select ${call} from (select v, w from t order by id)`).raw(true).safeIntegers(true)
      .get() as [ExactValue];
    return value;
  } catch (error) {
    assert.match(String(error), /integer overflow/);
    return "declined";
  } finally {
    db.close();
  }
}

function found(name: string, collation: string, rows: readonly (readonly ExactValue[])[]): ExactValue | "declined" {
  const aggregate = boxedAggregate(name, collation)!();
  try {
    for (const row of rows) aggregate.step(row);
    return aggregate.finish();
  } catch (error) {
    if (error instanceof RuntimeDecline) return "declined";
    throw error;
  }
}

const CALLS: readonly { readonly name: string; readonly call: string; readonly collation?: string }[] = [
  { name: "count", call: "count(v)" },
  { name: "sum", call: "sum(v)" },
  { name: "total", call: "total(v)" },
  { name: "avg", call: "avg(v)" },
  { name: "min", call: "min(v)" },
  { name: "max", call: "max(v)" },
  { name: "min", call: "min(v collate nocase)", collation: "NOCASE" },
  { name: "max", call: "max(v collate nocase)", collation: "NOCASE" },
  { name: "group_concat", call: "group_concat(v)" },
];

/** Declined although libSQL answers: whether it does depends on the order of rows. */
const BY_ORDER = ["an overflow that another order avoids", "overflowing reals", "equal numbers", "texts"];

for (const { name, call, collation = "BINARY" } of CALLS) {
  Deno.test(`boxedAggregate() gives what libSQL's ${call} gives`, () => {
    for (const [group, values] of Object.entries(GROUPS)) {
      const actual = found(name, collation, values.map((value) => [value]));
      const mayDecline = BY_ORDER.includes(group) && (collation === "NOCASE" || group !== "texts");
      if (actual === "declined" && mayDecline) continue;
      const wanted = expected(call, values);
      const shown = (value: ExactValue | "declined") => value === "declined" ? value : show(value);
      assert.equal(shown(actual), shown(wanted), `${call} of ${group}`);
    }
  });
}

Deno.test("boxedAggregate() joins texts with the separators of their rows", () => {
  const values = GROUPS["texts"]!;
  const rows = values.map((value, id) => [value, id % 3 === 0 ? null : `<${id}>`]);
  assert.equal(found("group_concat", "BINARY", rows), expected("group_concat(v, w)", values));
  assert.equal(found("string_agg", "BINARY", rows), expected("string_agg(v, w)", values));
});

Deno.test("boxedAggregate() counts rows when there is no argument", () => {
  assert.equal(found("count", "BINARY", [[], [], []]), 3n);
  assert.equal(boxedAggregate("median", "BINARY"), null);
});
