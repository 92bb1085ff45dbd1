import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Backend, BACKENDS, openDualEngine } from "../support/dual_engine.ts";
import { parseScript } from "./parse_script.ts";
import { emptyReport, runScript } from "./run_script.ts";

const SCRIPTS = join(import.meta.dirname!, "scripts");

/** Scripts of which a backend answers nothing: windows are not in the Arrow executor yet. */
const DECLINED_WHOLE: Readonly<Record<Backend, readonly string[]>> = { duckdb: [], arrow: [] };

for (const name of (await readdir(SCRIPTS)).sort()) {
  for (const backend of BACKENDS) {
    Deno.test(`${name} holds on libSQL and on the mirror in ${backend}`, async () => {
      const report = emptyReport();
      await using engine = await openDualEngine(backend);
      await runScript(parseScript(await readFile(join(SCRIPTS, name), "utf8"), name), name, engine, report);
      assert.equal(report.failures.join("\n"), "");
      if (!DECLINED_WHOLE[backend].includes(name)) assert.ok(report.compared > 0, "the mirror answered nothing");
    });
  }
}
