import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { openOltp } from "../oltp/mod.ts";
import { CopyDatabases } from "./copy_databases.ts";

Deno.test("CopyDatabases uses databases again, keeps few of those used at the same time, and none in the end", async () => {
  await using oltp = await openOltp({ path: ":memory:" });
  const copies = new CopyDatabases(oltp);
  const files = new Set<string>();
  const everyone = Promise.withResolvers<void>();
  const use = (atOnce: number) =>
    copies.use(async (copy) => {
      files.add(String((await copy.query("select file from pragma_database_list")).rows[0]?.[0]));
      await copy.execute("create table t as select 1 as x");
      if (files.size === atOnce) everyone.resolve();
      await everyone.promise;
    });
  const kept = () => [...files].filter((file) => existsSync(file)).length;
  await Promise.all(Array.from({ length: 5 }, () => use(5)));
  assert.deepEqual([files.size, kept()], [5, 2]);
  await use(5);
  assert.deepEqual([files.size, kept()], [5, 2]);
  await copies.close();
  assert.equal(kept(), 0);
});
