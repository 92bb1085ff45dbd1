import assert from "node:assert/strict";
import type { LayoutEvent, SourceTable } from "../../cdc/mod.ts";
import type { ColumnSchema } from "../../types/mod.ts";
import { renamesAfter } from "./history_steps.ts";
import { type HistoryShape, historyTables, newShape, reshape, shapeOf } from "./history_layout.ts";

function tableOf(...names: readonly string[]): SourceTable {
  const columns = names.map((name): ColumnSchema => ({
    name,
    declaredType: null,
    affinity: "blob",
    collation: "BINARY",
    notNull: false,
    primaryKeyPosition: 0,
    generated: "no",
    hidden: false,
  }));
  const key = { kind: "rowid", alias: names[0]!, accessName: "rowid" } as const;
  return {
    schema: { name: "t", columns, key, sql: `CREATE TABLE t(${names})` },
    uniqueIndexes: [],
    vacuumRenumbers: false,
    defaults: names.map(() => null),
  };
}

function shapeFrom(...names: readonly string[]): HistoryShape {
  return newShape(7, tableOf(...names), names.map((_, at) => at === 0 ? "integer" : "text"));
}

const show = ({ columns }: HistoryShape) => columns.map(({ name, present }) => present ? name : `(${name})`).join(" ");

Deno.test("shapeOf() gives back the shape that historyTables() made tables of", () => {
  const { shape } = reshape(shapeFrom("id", "a", "b"), tableOf("id", "B", "c"), new Map());
  const columns = shape.columns.map((column, at) => at === 1 ? { ...column, class: "encoded" as const } : column);
  const made = historyTables({ ...shape, columns }, tableOf("id", "B", "c").schema.key);
  assert.deepEqual(shapeOf(made), { ...shape, columns });
  assert.deepEqual(made.open.columns.map(({ name }) => name), ["id", "B", "c", "_rhei_valid_from", "_rhei_operation"]);
  assert.deepEqual(made.closed.columns.map(({ name }) => name), [
    "_rhei_version",
    "id",
    "B",
    "c",
    "a",
    "_rhei_valid_from",
    "_rhei_valid_to",
    "_rhei_operation",
  ]);
  assert.deepEqual([made.open.history?.encoded, made.closed.keyColumns], [["B"], ["_rhei_version"]]);
});

const CASES = [
  { name: "nothing changed", now: ["id", "a", "b"], renamed: [], shape: "id a b", sources: [0, 1, 2] },
  { name: "a column came", now: ["id", "c", "a", "b"], renamed: [], shape: "id c a b", sources: [0, -1, 1, 2] },
  { name: "a column went", now: ["id", "b"], renamed: [], shape: "id b (a)", sources: [0, 2, 1] },
  { name: "a column was renamed", now: ["id", "x", "b"], renamed: [["a", "x"]], shape: "id x b", sources: [0, 1, 2] },
  {
    name: "a column was renamed and another took its name",
    now: ["id", "x", "b", "a"],
    renamed: [["a", "x"]],
    shape: "id x b a",
    sources: [0, 1, 2, -1],
  },
  {
    name: "a column took the name of one that went",
    now: ["id", "a"],
    renamed: [["b", "a"]],
    shape: "id a (a_2)",
    sources: [0, 2, 1],
  },
] as const;

for (const { name, now, renamed, shape, sources } of CASES) {
  Deno.test(`reshape() finds each column again when ${name}`, () => {
    const result = reshape(
      shapeFrom("id", "a", "b"),
      tableOf(...now),
      new Map(renamed.map(([from, to]) => [from, to])),
    );
    assert.equal(show(result.shape), shape);
    assert.deepEqual(result.sources, sources);
  });
}

Deno.test("reshape() takes up a column again that had gone", () => {
  const without = reshape(shapeFrom("id", "a", "b"), tableOf("id", "b"), new Map()).shape;
  const again = reshape(without, tableOf("id", "b", "a"), new Map());
  assert.equal(show(again.shape), "id b a");
  assert.deepEqual(again.sources, [0, 1, 2]);
});

Deno.test("renamesAfter() joins renamings that follow one another", () => {
  const event = (seq: number, ...renamed: [string, string][]): LayoutEvent => {
    return { kind: "layout", seq, tableId: 1, columns: [], key: [], renamed: new Map(renamed), startsEmpty: false };
  };
  const events = [event(10, ["A", "b"]), event(20, ["b", "c"], ["x", "a"]), event(30, ["a", "z"])];
  const after = (seq: number) => Object.fromEntries(renamesAfter(events, seq));
  assert.deepEqual(after(0), { a: "c", x: "z", b: "c" });
  assert.deepEqual(after(10), { b: "c", x: "z", a: "z" });
  assert.deepEqual(after(20), { a: "z" });
  assert.deepEqual(after(30), {});
});
