import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { openMirrored } from "./mirrored_database.ts";
import { announcing, type BackendStep } from "./observed_backend.ts";

const SETUP = ["create table t (id integer primary key, b text)", "insert into t values (1, 'x'), (2, 'y')"];

for (const backend of ["duckdb", "arrow"] as const) {
  Deno.test(`opening a mirror that is up to date writes nothing to it, with ${backend}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      {
        await using first = await openMirrored({ folder, backend, setup: SETUP });
        await first.expectEqual("first load");
      }
      const steps: BackendStep[] = [];
      await using again = await openMirrored({
        folder,
        backend,
        wrap: (olap) => announcing(olap, (step) => void steps.push(step)),
      });
      assert.equal(steps.join(), "");
      await again.expectEqual("warm start");
      await again.run("update t set b = 'z' where id = 2");
      await again.expectEqual("a change");
      assert.ok(steps.includes("after commit"));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
