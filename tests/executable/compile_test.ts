import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { mkdir } from "node:fs/promises";
import { bundlePortable } from "../../scripts/build/bundle_portable.ts";
import { fetchBun } from "../../scripts/build/bun.ts";
import { hostTarget } from "../../scripts/build/targets.ts";
import { type Outcome, runAlone } from "./built_executable.ts";

const ROOT = resolve(import.meta.dirname!, "..", "..");

/** Runs `deno task compile` with more in its environment. */
function compile(env: Record<string, string>): Promise<Outcome> {
  const { DENORT_BIN: _, ...inherited } = Deno.env.toObject();
  const args = ["run", "-A", "--quiet", "scripts/build/compile.ts", "--out", "dist/.build/tested/rhei-deno"];
  return runAlone(Deno.execPath(), args, { cwd: ROOT, env: { ...inherited, ...env } });
}

Deno.test("deno task compile says so when DENORT_BIN names no file", async () => {
  assert.deepEqual(await compile({ DENORT_BIN: "/nowhere/denort" }), {
    code: 2,
    stdout: "",
    stderr: "Cannot compile: DENORT_BIN names /nowhere/denort, which does not exist\n",
  });
});

Deno.test({
  name: "deno task compile says so when denort cannot be downloaded, and what it would hold runs on Deno",
  ignore: hostTarget() === null,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      // The bundler has to be had; not denort: there is none from earlier, and nobody to get it from.
      await fetchBun(hostTarget()!, join(ROOT, "dist", ".build"));
      const outcome = await compile({ DENO_DIR: folder, HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "" });
      assert.deepEqual([outcome.code, outcome.stdout], [2, ""], outcome.stderr);
      assert.match(
        outcome.stderr,
        /^Cannot compile: .*denort.* cannot be downloaded here; set DENORT_BIN to a copy of it\n$/,
      );

      const bundle = join(folder, "bundle");
      await mkdir(bundle);
      await bundlePortable(ROOT, hostTarget()!, bundle);
      const main = ["run", "-A", "--quiet", "--no-config", join(bundle, "main.js")];
      const env = { DENO_DIR: folder, RHEI_NATIVE_DIR: join(folder, "native") };
      const stdin = "create table t (a); insert into t values (1), (2); select count(*) as n from t;";
      for (const olap of ["duckdb", "arrow"]) {
        const made = await runAlone(Deno.execPath(), [...main, "run", `${olap}.db`, "-"], { cwd: folder, env, stdin });
        assert.deepEqual([made.code, made.stdout], [0, "n\n2\n"], made.stderr);
        const args = [...main, "query", `${olap}.db`, "select sum(a) as s from t", "--olap", olap, "--route", "olap"];
        const asked = await runAlone(Deno.execPath(), args, { cwd: folder, env });
        assert.deepEqual([asked.code, asked.stdout], [0, "s\n3\n"], asked.stderr);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
