import assert from "node:assert/strict";
import { affinityOf, type ColumnClass, type MirrorTable, ROWID_COLUMN } from "../../types/mod.ts";
import { parseSelect } from "../parse_select.ts";
import { analyse, type AnalysisCatalog, INTEGER, NUMERIC, REAL, TEXT } from "./mod.ts";

type ColumnSpec = readonly [name: string, declaredType: string, columnClass: ColumnClass, collation?: string];

function table(name: string, columns: readonly ColumnSpec[], alias: string | null): MirrorTable {
  const extra = alias === null ? [{ name: ROWID_COLUMN, class: "integer" as const }] : [];
  return {
    name,
    columns: [...extra, ...columns.map(([column, , columnClass]) => ({ name: column, class: columnClass }))],
    keyColumns: [alias ?? ROWID_COLUMN],
    source: {
      name,
      sql: "",
      key: { kind: "rowid", alias, accessName: "rowid" },
      columns: columns.map(([column, declaredType, , collation]) => ({
        name: column,
        declaredType,
        affinity: affinityOf(declaredType),
        collation: collation ?? "BINARY",
        notNull: false,
        primaryKeyPosition: column === alias ? 1 : 0,
        generated: "no",
        hidden: false,
      })),
    },
  };
}

const TABLES = new Map([
  table("orders", [["id", "INTEGER", "integer"], ["amount", "NUMERIC", "number"], ["status", "TEXT", "text"]], "id"),
  table(
    "customers",
    [["id", "INTEGER", "integer"], ["name", "TEXT", "text", "NOCASE"], ["score", "REAL", "real"]],
    "id",
  ),
  table("log", [["line", "TEXT", "text"], ["at", "DATETIME", "text"]], null),
].map((each) => [each.name, each]));

const CATALOG: AnalysisCatalog = {
  table: (name) => TABLES.get(name.toLowerCase()),
  view: (
    name,
  ) => (name === "paid" ? "create view paid(who) as select id from orders where status = 'paid'" : undefined),
  absence: (name) => (name === "secret" ? "not tracked" : undefined),
};

function analysed(text: string) {
  const outcome = analyse(parseSelect(text), CATALOG, []);
  assert.equal(outcome.kind, "analysed", outcome.kind === "declined" ? outcome.reason : "");
  return outcome.kind === "analysed" ? outcome : assert.fail();
}

const TYPES: readonly (readonly [string, number])[] = [
  ["id", INTEGER],
  ["amount", NUMERIC],
  ["amount * 2", NUMERIC],
  ["amount / 2.0", REAL],
  ["id / 2", INTEGER],
  ["status || id", TEXT],
  ["id = 1", INTEGER],
  ["coalesce(status, 1)", TEXT | INTEGER],
  ["case when id then 1 else 2.5 end", NUMERIC],
  ["sum(amount)", NUMERIC],
  ["avg(id)", REAL],
  ["count(*)", INTEGER],
  ["max(status)", TEXT],
  ["cast(status as real)", REAL],
  ["(select status from orders)", TEXT],
  ["null", 0],
  ["substr(status, 1)", TEXT],
  ["lag(id, 1, 0.5) over ()", NUMERIC],
];

Deno.test("analyse() tells the storage classes a value may have", () => {
  for (const [expression, classes] of TYPES) {
    const { query } = analysed(`select ${expression} from orders`);
    assert.equal(query.columns[0]?.type.classes, classes, expression);
  }
});

const COMPARISONS: readonly (readonly [string, string, string])[] = [
  ["id = '1'", "numeric", "BINARY"],
  ["status = 1", "text", "BINARY"],
  ["1 = '1'", "none", "BINARY"],
  ["status = id", "numeric", "BINARY"],
  ["status = line", "none", "BINARY"],
  ["at > '2024'", "numeric", "BINARY"],
  ["name = status", "none", "NOCASE"],
  ["status = name", "none", "BINARY"],
  ["'x' = name", "text", "NOCASE"],
  ["status = name collate rtrim", "none", "RTRIM"],
  ["lower(name) = 'x'", "none", "BINARY"],
  ["cast(id as text) = 1", "text", "BINARY"],
  ["(select name from customers) = 1", "text", "BINARY"],
  ["+id = '1'", "none", "BINARY"],
  ["top = name", "text", "BINARY"],
];

Deno.test("analyse() finds the affinity and collation of a comparison", () => {
  for (const [condition, conversion, collation] of COMPARISONS) {
    const { query } = analysed(
      `select 1 from orders, log, (select name from customers), (select max(name) as top from customers) where ${condition}`,
    );
    const where = query.body.kind === "select" ? query.body.where : null;
    assert.ok(where?.kind === "compare", condition);
    assert.deepEqual([where.conversion, where.compareCollation], [conversion, collation], condition);
  }
});

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["select id from orders, customers", /ambiguous column name "id"/],
  ["select * from secret", /"secret" is not in the mirror: not tracked/],
  ["select id from orders where count(*) > 1", /misuse of aggregate count/],
  ["select sum(id) as s from orders where s > 1", /misuse of aliased aggregate "s"/],
  ["select id from orders order by 2", /ORDER BY term out of range/],
  ["select id, status from orders union select id from orders", /same number of result columns/],
  ["select id from orders having id > 1", /HAVING clause on a non-aggregate query/],
  ["with a as (select * from b), b as (select * from a) select * from a", /circular reference/],
  ["select (select id, status from orders)", /sub-select returns 2 columns/],
  ["select abs(1, 2)", /wrong number of arguments to function abs/],
  ["select rank() from orders", /misuse of window function rank/],
  ["select ?", /parameter 1 has no value/],
  ["select sum(id) over w from orders", /no such window: w/],
  ["select rowid from paid", /without a rowid/],
];

Deno.test("analyse() declines with a reason what is wrong or not known", () => {
  for (const [text, reason] of REFUSED) {
    const outcome = analyse(parseSelect(text), CATALOG, []);
    assert.equal(outcome.kind, "declined", text);
    assert.match(outcome.kind === "declined" ? outcome.reason : "", reason, text);
  }
});

Deno.test("analyse() lets columns win over aliases, but not in ORDER BY", () => {
  const { query } = analysed("select amount as id from orders where id > 5 group by id order by id");
  assert.ok(query.body.kind === "select");
  const where = query.body.where;
  assert.ok(where?.kind === "compare" && where.left.kind === "column");
  assert.equal(where.left.source.columns[where.left.column]?.name, "id");
  assert.deepEqual(query.orderBy[0]?.key, { kind: "output", index: 0 });
});

Deno.test("analyse() counts the readers of a common table and finds the views", () => {
  const { query, views, tables } = analysed("with t as (select who from paid) select * from t a join t b using (who)");
  assert.equal(query.ctes[0]?.uses, 2);
  assert.deepEqual(views.map((view) => [view.name, view.columns[0]?.name]), [["paid", "who"]]);
  assert.deepEqual(tables, ["orders"]);
});
