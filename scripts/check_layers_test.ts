import assert from "node:assert/strict";
import { checkFiles, checkImport, importsOf } from "./check_layers.ts";

const CASES: readonly { name: string; from: string; to: string; allowed: boolean }[] = [
  { name: "a lower layer through its mod.ts", from: "src/sync/a.ts", to: "src/oltp/mod.ts", allowed: true },
  { name: "a lower layer past its mod.ts", from: "src/sync/a.ts", to: "src/oltp/local_client.ts", allowed: false },
  { name: "a higher layer", from: "src/oltp/a.ts", to: "src/sync/mod.ts", allowed: false },
  { name: "a sibling", from: "src/oltp/a.ts", to: "src/olap/mod.ts", allowed: false },
  { name: "its own folder", from: "src/oltp/a.ts", to: "src/oltp/b.ts", allowed: true },
  { name: "an implementation from the engine", from: "src/engine/a.ts", to: "src/olap/duckdb/mod.ts", allowed: true },
  { name: "an implementation from elsewhere", from: "src/sync/a.ts", to: "src/olap/duckdb/mod.ts", allowed: false },
  { name: "one implementation from another", from: "src/olap/arrow/a.ts", to: "src/olap/duckdb/b.ts", allowed: false },
  { name: "an implementation from its interface", from: "src/olap/a.ts", to: "src/olap/arrow/mod.ts", allowed: false },
  { name: "its interface", from: "src/olap/arrow/storage/a.ts", to: "src/olap/b.ts", allowed: true },
  {
    name: "a lower inner layer",
    from: "src/olap/arrow/binder/a.ts",
    to: "src/olap/arrow/plan/b.ts",
    allowed: true,
  },
  {
    name: "a higher inner layer",
    from: "src/olap/arrow/plan/a.ts",
    to: "src/olap/arrow/binder/b.ts",
    allowed: false,
  },
  {
    name: "the top from an inner layer",
    from: "src/olap/arrow/workers/a.ts",
    to: "src/olap/arrow/b.ts",
    allowed: false,
  },
  { name: "inner layers from the top", from: "src/olap/arrow/a.ts", to: "src/olap/arrow/workers/b.ts", allowed: true },
  { name: "a folder without a layer", from: "src/olap/arrow/a.ts", to: "src/olap/arrow/odd/b.ts", allowed: false },
  { name: "the command line from src", from: "src/engine/a.ts", to: "cli/main.ts", allowed: false },
  { name: "the public module from the command line", from: "cli/main.ts", to: "mod.ts", allowed: true },
  { name: "the engine's inside from the command line", from: "cli/main.ts", to: "src/engine/mod.ts", allowed: false },
];

for (const { name, from, to, allowed } of CASES) {
  Deno.test(`checkImport() ${allowed ? "allows" : "refuses"} ${name}`, () => {
    assert.equal(checkImport(from, to) === null, allowed);
  });
}

Deno.test("importsOf() reads static, bare, re-exported and dynamic imports and no comments", () => {
  const text =
    `import a from "./a.ts";\nimport "./b.ts";\nexport * from "./c.ts";\nawait import("./d.ts");\n// import "./no.ts";\nimport defer * as e from "e";`;
  assert.deepEqual(importsOf(text), ["./a.ts", "./b.ts", "./c.ts", "./d.ts", "e"]);
});

Deno.test("checkFiles() finds a cycle inside a folder and an undeclared package", () => {
  const problems = checkFiles("/p", [
    { path: "src/sql/a.ts", text: 'import "./b.ts";' },
    { path: "src/sql/b.ts", text: 'import "./a.ts";\nimport "left-pad";' },
  ], ["libsql"]);
  assert.equal(problems.length, 2);
  assert.match(problems[0]!, /left-pad: not declared/);
  assert.match(problems[1]!, /import cycle/);
});
