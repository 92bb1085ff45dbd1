import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BENCH = fileURLToPath(new URL("../../bench/sync.ts", import.meta.url));

for (const olap of ["duckdb", "arrow"]) {
  Deno.test(`bench/sync.ts runs at a smoke size on ${olap} and finds the mirror equal to its source`, async () => {
    const run = promisify(execFile);
    const args = ["run", "-A", "--no-check", "--quiet", BENCH, "--smoke", "--olap", olap];
    const { stdout } = await run(Deno.execPath(), args);
    assert.match(stdout, /mirror equal to source +true/);
    assert.equal(stdout.match(/ratio \d+\.\d\d/g)?.length, 6);
  });
}
