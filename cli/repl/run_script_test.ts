import assert from "node:assert/strict";
import { RheiError } from "../../src/errors/mod.ts";
import { runScript, scriptSteps } from "./run_script.ts";

Deno.test("scriptSteps() tells statements and dot commands apart, with their lines", () => {
  const script = [
    "-- set-up",
    ".mode csv",
    "create table t(a); insert into t values ('x;",
    ".not a command');",
    "",
    "  .print it's; one",
    ".timer off",
    "select 1",
    ".5;",
    "select 2; .tables",
    "; select 3",
  ].join("\r\n");
  assert.deepEqual([...scriptSteps(script)].map((step) => [step.line, step.kind, step.text.replaceAll("\r", "")]), [
    [2, "dotCommand", ".mode csv"],
    [3, "sql", "create table t(a)"],
    [3, "sql", "insert into t values ('x;\n.not a command')"],
    [6, "dotCommand", ".print it's; one"],
    [7, "dotCommand", ".timer off"],
    [8, "sql", "select 1\n.5"],
    [10, "sql", "select 2"],
    [10, "sql", ".tables"],
    [11, "sql", "select 3"],
  ]);
});

Deno.test("scriptSteps() gives nothing for nothing", () => {
  for (const script of ["", "\n", ";;", "-- only a comment", "/* open"]) assert.deepEqual([...scriptSteps(script)], []);
});

Deno.test("runScript() names the script and line of a failure and points at the statement", async () => {
  const failures: RheiError[] = [];
  const target = {
    ended: false,
    run: (step: { text: string }) =>
      step.text.includes("bad") ? Promise.reject(new RheiError("SQL_ERROR", "Cannot do it")) : Promise.resolve(),
  };
  await runScript("ok;\nok;\n  bad\n  stuff;\nok", target, {
    name: "a.sql",
    onFailure: (failure) => void failures.push(failure),
  });
  assert.equal(failures.length, 1);
  const [failure] = failures as [RheiError];
  assert.equal(failure.message, "a.sql:3: Cannot do it");
  assert.deepEqual(failure.pointer, { text: "bad\n  stuff", start: 0, end: 3, firstLine: 3 });
  assert.equal(failure.details["line"], 3);
});

Deno.test("runScript() stops when the target has ended or a failure is thrown on", async () => {
  const seen: string[] = [];
  const target = {
    get ended() {
      return seen.length === 2;
    },
    run: (step: { text: string }) => {
      seen.push(step.text);
      return Promise.resolve();
    },
  };
  await runScript("a; b; c;", target, { name: "-", onFailure: assert.ifError });
  assert.deepEqual(seen, ["a", "b"]);
});

Deno.test("runScript() lets a defect of rhei through as it is", async () => {
  const target = { ended: false, run: () => Promise.reject(new TypeError("defect")) };
  await assert.rejects(runScript("a;", target, { name: "-", onFailure: () => {} }), TypeError);
});

Deno.test("runScript() says that a statement lacks its end where a dot command follows", async () => {
  const hints: (string | undefined)[] = [];
  const target = {
    ended: false,
    run: () => Promise.reject(new RheiError("SQL_SYNTAX", 'Cannot run it: near "."')),
  };
  const onFailure = (failure: RheiError) => void hints.push(failure.hint);
  await runScript("select 1\n.mode csv\n;\nselect 2 ..5;", target, { name: "-", onFailure });
  assert.deepEqual(hints, ["a statement ends with ; before a dot command", undefined]);
});
