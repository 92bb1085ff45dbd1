import assert from "node:assert/strict";
import { inFolder, rhei } from "./cli_process.ts";

const SCRIPT = `
create table orders (id integer primary key, status text, total real);
insert into orders values (1, 'open', 9.5), (2, 'open', 1);
.sync
update orders set status = 'paid', total = 10 where id = 1;
delete from orders where id = 2;
select id, status from orders for system_time all order by id, _rhei_valid_from;
`;

/** Times vary. */
function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/g, "T");
}

Deno.test("rhei history prints the versions of a row, in scripts, queries and exports alike", () =>
  inFolder(async (path) => {
    const db = path("a.db");
    await Deno.writeTextFile(path("script.sql"), SCRIPT);
    const run = await rhei(["run", db, path("script.sql"), "--sync-mode", "temporal", "--format", "csv"]);
    assert.deepEqual([run.code, run.stdout.slice(run.stdout.indexOf("id,"))], [
      0,
      "id,status\n1,open\n1,paid\n2,open\n2,open\n",
    ], run.stderr);
    const history = await rhei(["history", db, "orders", "1"]);
    assert.deepEqual([history.code, withoutTimes(history.stdout)], [
      0,
      "_rhei_valid_from,_rhei_valid_to,_rhei_operation,_rhei_changed,id,status,total\n" +
      "T,T,I,,1,open,9.5\n" +
      "T,,U,status: 'open' → 'paid'; total: 9.5 → 10.0,1,paid,10.0\n",
    ], history.stderr);
    const json = await rhei(["history", db, "orders", "2", "--format", "jsonl"]);
    assert.deepEqual(json.stdout.trim().split("\n").map((line) => JSON.parse(line)["_rhei_operation"]), ["I", "D"]);
    const sql = "select count(*) n from orders for system_time as of ?";
    const old = await rhei(["query", db, sql, "0"]);
    assert.deepEqual([old.code, old.stdout], [0, "n\n0\n"], old.stderr);
    const exported = await rhei([
      "export",
      db,
      "select id from orders for system_time as of '2100-01-01'",
      path("o.csv"),
    ]);
    assert.deepEqual([exported.code, await Deno.readTextFile(path("o.csv"))], [0, "id\n1\n"], exported.stderr);
    const missing = await rhei(["history", db, "absent", "1"]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /there is no such table/);
  }));
