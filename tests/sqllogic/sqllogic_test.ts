import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BACKENDS, openDualEngine } from "../support/dual_engine.ts";
import { parseScript } from "./parse_script.ts";
import { emptyReport, runScript } from "./run_script.ts";

const SCRIPTS = join(import.meta.dirname!, "scripts");

for (const name of (await readdir(SCRIPTS)).sort()) {
  for (const backend of BACKENDS) {
    Deno.test(`${name} holds on libSQL and on the mirror in ${backend}`, async () => {
      const report = emptyReport();
      await using engine = await openDualEngine(backend);
      await runScript(parseScript(await readFile(join(SCRIPTS, name), "utf8"), name), name, engine, report);
      assert.equal(report.failures.join("\n"), "");
      assert.ok(report.compared > 0, "the mirror answered nothing");
    });
  }
}
