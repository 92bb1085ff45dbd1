import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { RheiError, type RheiErrorCode } from "../../../src/errors/mod.ts";
import type { ExactValue, SqlParameters } from "../../../src/types/mod.ts";
import { type Case, fails, type OltpSubject, rowsOf } from "./harness.ts";

/** Pairs of what is bound and what is stored in an untyped column. */
const VALUES: readonly (readonly [string, unknown, ExactValue])[] = [
  ["NULL", null, null],
  ["zero", 0, 0n],
  ["an integral number", 42, 42n],
  ["the largest safe integer", Number.MAX_SAFE_INTEGER, 9007199254740991n],
  ["a bigint beyond 2^53", 9007199254740993n, 9007199254740993n],
  ["the largest INTEGER", 2n ** 63n - 1n, 2n ** 63n - 1n],
  ["the smallest INTEGER", -(2n ** 63n), -(2n ** 63n)],
  ["a fraction", 0.1, 0.1],
  ["a fraction of 17 digits", 0.1 + 0.2, 0.1 + 0.2],
  ["an integral number beyond 2^53", 2 ** 60, 2 ** 60],
  ["the smallest REAL", 5e-324, 5e-324],
  ["the largest REAL", Number.MAX_VALUE, Number.MAX_VALUE],
  ["true", true, 1n],
  ["false", false, 0n],
  ["NaN", NaN, null],
  ["empty text", "", ""],
  ["Unicode text", "naïve 東京 🦉", "naïve 東京 🦉"],
  ["a byte order mark", "\ufeffx", "\ufeffx"],
  ["text with control characters", "a\x1fb\n\t\x7f", "a\x1fb\n\t\x7f"],
  ["numeric text", "007", "007"],
  ["an empty blob", new Uint8Array(0), new Uint8Array(0)],
  ["a blob", new Uint8Array([0, 1, 254, 255]), new Uint8Array([0, 1, 254, 255])],
];

const REALS: readonly (readonly [string, number])[] = [["Infinity", Infinity], ["-Infinity", -Infinity], ["-0", -0]];

/** What is stored comes back as it was. */
export function values(subject: OltpSubject): Record<string, Case> {
  const exact = subject.exactReals ? REALS.map(([name, value]) => [name, value, value] as const) : [];
  const cases: Record<string, Case> = {};
  for (const [name, given, stored] of [...VALUES, ...exact]) {
    cases[`keeps ${name} exactly`] = async (client) => {
      await client.execute("create table t (x)");
      await client.execute("insert into t values (?)", [given as never]);
      const [[value]] = await rowsOf(client, "select x from t") as [[ExactValue]];
      deepStrictEqual(value, stored);
      if (typeof value === "object" && value !== null) strictEqual(value.constructor, Uint8Array);
    };
  }
  cases["tells INTEGER from REAL"] = async (client) => {
    deepStrictEqual(await rowsOf(client, "select 1, 1.0, typeof(?), typeof(?)", [1, 1.5]), [[
      1n,
      1,
      "integer",
      "real",
    ]]);
  };
  cases["names columns and their declared types"] = async (client) => {
    await client.execute("create table t (id integer primary key, total decimal(10, 2), note)");
    const { columns } = await client.query("select id, total as sum, note, 1 as id, 1 + 1 from t");
    deepStrictEqual(columns, [
      { name: "id", declaredType: "INTEGER" },
      { name: "sum", declaredType: "decimal(10, 2)" },
      { name: "note", declaredType: null },
      { name: "id", declaredType: null },
      { name: "1 + 1", declaredType: null },
    ]);
  };
  cases["renews the columns of select * after a schema change"] = async (client) => {
    await client.execute("create table t (a integer)");
    const names = async () => (await client.query("select * from t")).columns.map((column) => column.name);
    await client.execute("insert into t values (1)");
    deepStrictEqual(await names(), ["a"]);
    await client.execute("alter table t add column b text");
    deepStrictEqual(await names(), ["a", "b"]);
    await client.execute("alter table t rename column a to c");
    deepStrictEqual(await names(), ["c", "b"]);
    await client.execute("delete from t");
    await client.execute("alter table t drop column b");
    deepStrictEqual(await names(), ["c"]);
  };
  return cases;
}

/** How parameters are bound and refused. */
export function parameters(): Record<string, Case> {
  const bound: readonly (readonly [string, string, SqlParameters, unknown[]])[] = [
    ["by position", "select ?, ?", [1, "b"], [1n, "b"]],
    ["by number", "select ?2, ?1", [1, 2], [2n, 1n]],
    ["by name without the prefix", "select :a, @b, $c", { a: 1, b: 2, c: 3 }, [1n, 2n, 3n]],
    ["by a name used twice", "select :a, :a", { a: 1 }, [1n, 1n]],
    ["named ones by position", "select :a, :b", [1, 2], [1n, 2n]],
    ["past a question mark in a string", "select '?', ?", [1], ["?", 1n]],
    ["in none", "select 1", {}, [1n]],
  ];
  const refused: readonly (readonly [string, string, unknown, RheiErrorCode | "TypeError", RegExp])[] = [
    ["too few", "select ?, ?", [1], "SQL_PARAMETERS", /has 2 parameters, 1 given/],
    ["too many", "select ?", [1, 2], "SQL_PARAMETERS", /has 1 parameter, 2 given/],
    ["a missing name", "select :a, :b", { a: 1 }, "SQL_PARAMETERS", /"b" missing/],
    ["an unknown name", "select :amount", { amuont: 1 }, "SQL_PARAMETERS", /"amount" missing; "amuont" unknown/],
    ["a name with its prefix", "select :a", { ":a": 1 }, "SQL_PARAMETERS", /":a" unknown/],
    ["names for a statement without", "select ?", { a: 1 }, "SQL_PARAMETERS", /by name: parameter 1 has none/],
    ["undefined", "select ?", [undefined], "TypeError", /parameter 1: undefined/],
    ["an object", "select :a", { a: {} }, "TypeError", /parameter "a": an object/],
    ["a date", "select ?", [new Date(0)], "TypeError", /a value of type Date/],
    ["an array in an array", "select ?", [[1]], "TypeError", /a value of type Array/],
    ["an INTEGER beyond 64 bits", "select ?", [2n ** 63n], "SQL_PARAMETERS", /9223372036854775808 does not fit/],
    ["half a surrogate pair", "select ?", ["\ud800"], "SQL_PARAMETERS", /surrogate/],
  ];
  const cases: Record<string, Case> = {};
  for (const [name, sql, params, expected] of bound) {
    cases[`binds parameters ${name}`] = async (client) =>
      deepStrictEqual(await rowsOf(client, sql, params), [expected]);
  }
  for (const [name, sql, params, code, message] of refused) {
    cases[`refuses ${name} as parameters`] = async (client) => {
      const call = () => client.query(sql, params as SqlParameters);
      if (code === "TypeError") {
        await rejects(call, (error) => error instanceof TypeError && message.test(error.message));
      } else await rejects(call, fails(code, message));
    };
  }
  cases["suggests a name for a mistyped one"] = async (client) => {
    await rejects(() => client.query("select :amount", { amuont: 1 }), (error) => {
      return error instanceof RheiError && error.hint === 'Did you mean "amount"?';
    });
  };
  cases["does not keep parameters of an earlier call"] = async (client) => {
    deepStrictEqual(await rowsOf(client, "select ?, ?", [1, 2]), [[1n, 2n]]);
    await rejects(() => client.query("select ?, ?", [3]), fails("SQL_PARAMETERS"));
    deepStrictEqual(await rowsOf(client, "select ?, ?", [null, 4]), [[null, 4n]]);
  };
  return cases;
}
