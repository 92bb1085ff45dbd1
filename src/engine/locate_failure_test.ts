import assert from "node:assert/strict";
import { renderCaret, RheiError } from "../errors/mod.ts";
import { openOltp } from "../oltp/mod.ts";
import { locateFailure } from "./locate_failure.ts";

/** What is wrong, with the marked text between brackets. */
const CASES: readonly [name: string, sql: string, marked: string | null, hint?: string][] = [
  ["a column", "select id, [amout] from orders", "amout", 'did you mean "amount"?'],
  ["a column inside a string first", "select 'amout', [amout] from orders", "amout", 'did you mean "amount"?'],
  ["a qualified column", "select amount, o.[amout] from orders o", "amout", 'did you mean "amount"?'],
  ["a quoted column", 'select o.["Amout"] from orders o', '"Amout"', 'did you mean "amount"?'],
  ["a table", "select * from [ordres]", "ordres", 'did you mean "orders"?'],
  ["a table of a write", "delete from [ordres] where id = 1", "ordres", 'did you mean "orders"?'],
  ["a column of an update", "update orders set [amout] = 1", "amout", 'did you mean "amount"?'],
  ["a column of an insert", "insert into orders (id, [amout]) values (1, 2)", "amout", 'did you mean "amount"?'],
  ["a function", "select amount, [lenght](amount) from orders", "lenght", 'did you mean "length"?'],
  ["nothing near", "select [zzzzzz] from orders", "zzzzzz"],
  ["a word too many", "select id [form] orders where id = 1", null],
  ["a token that occurs often", "select (1), (2), (3)[)], (4) from orders", ")"],
  ["a token that occurs often, beside parameters", "select ?, ?, ?, [,] ?", ","],
  ["a statement that ends early", "select id from orders where[ ]", " "],
];

Deno.test("locateFailure() points at what the database refuses and suggests what was meant", async (t) => {
  const oltp = await openOltp({ path: ":memory:" });
  await oltp.execute("create table orders (id integer primary key, amount real)");
  for (const [name, marked, text, hint] of CASES) {
    await t.step(name, async () => {
      const sql = marked.replaceAll(/[[\]]/g, "").trimEnd();
      const failure = await oltp.execute(sql, new Array(sql.split("?").length - 1).fill(1)).catch((error) => error);
      const located = await locateFailure(failure, sql, (text, params) => oltp.query(text, params));
      assert.ok(located instanceof RheiError, String(located));
      assert.equal(located.message, failure.message);
      assert.ok(located.pointer !== undefined, located.message);
      assert.match(renderCaret(located.pointer), /\^$/);
      if (text !== null) {
        assert.equal(located.pointer.start, marked.indexOf("["), "begins where it is marked");
        if (text.trim() !== "") assert.equal(sql.slice(located.pointer.start, located.pointer.end), text);
      }
      assert.equal(located.hint, hint);
    });
  }
  await oltp.close();
});

Deno.test("locateFailure() leaves other failures as they are", async () => {
  const oltp = await openOltp({ path: ":memory:" });
  const constraint = new RheiError("SQL_CONSTRAINT", "Cannot run the statement: UNIQUE constraint failed");
  const defect = new TypeError("no such column: x");
  assert.equal(await locateFailure(constraint, "select 1", (text) => oltp.query(text)), constraint);
  assert.equal(await locateFailure(defect, "select 1", (text) => oltp.query(text)), defect);
  await oltp.close();
});
