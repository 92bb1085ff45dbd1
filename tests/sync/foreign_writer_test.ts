import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openMirrored } from "./mirrored_database.ts";

const WRITER = fileURLToPath(new URL("./foreign_writer.ts", import.meta.url));
const TRANSACTIONS = 150;

Deno.test("Synchronizer follows a writer in another process while this one writes too", async () => {
  await using db = await openMirrored({ memory: true, setup: ["create table t(id integer primary key, a)"] });
  const writer = spawn(Deno.execPath(), ["run", "-A", "--no-check", "--quiet", WRITER, db.path, String(TRANSACTIONS)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(writer, "exit");
  let seen = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    seen++;
    if (Number(line) % 10 === 0) await db.run(`insert or replace into t values (${1000 + seen}, 'own')`);
    if (Number(line) % 3 === 0) {
      await db.sync.catchUp();
      assert.ok(db.sync.catalog().table("t"));
    }
  }
  assert.deepEqual(await ended, [0, null]);
  assert.equal(seen, TRANSACTIONS);
  const { tables } = await db.expectEqual("both have written");
  assert.deepEqual(tables.map((table) => table.name).sort(), ["foreign_made", "t"]);
});
