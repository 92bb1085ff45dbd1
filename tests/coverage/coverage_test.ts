import assert from "node:assert/strict";
import { resolve } from "node:path";
import { HtapEngine } from "../../mod.ts";
import { knownFunctions } from "../../src/sql/mod.ts";
import { COVERAGE } from "./cases.ts";
import { COVERAGE_PAGE, coveragePage } from "./coverage.ts";

const ROOT = resolve(import.meta.dirname!, "../..");

Deno.test("the page on SQL coverage says what the mirrors do when each of its statements is run", async () => {
  const page = Deno.readTextFileSync(resolve(ROOT, COVERAGE_PAGE));
  assert.equal(await coveragePage(), page, "run deno task coverage, and look at what changed");
});

Deno.test("the page on SQL coverage shows every function that libSQL has and the mirrors know", async () => {
  await using engine = await HtapEngine.open({ oltpPath: ":memory:", track: "none", syncIntervalMs: 0 });
  const built = new Set((await engine.query("select distinct name from pragma_function_list")).values().flat());
  const shown = COVERAGE.flatMap(({ cases }) => cases.map(({ sql }) => sql)).join("\n");
  const missing = knownFunctions().filter((name) => built.has(name) && !new RegExp(`\\b${name}\\(`).test(shown));
  assert.deepEqual(missing, []);
});
