import assert from "node:assert/strict";
import { completeness, splitStatements } from "./splitter.ts";

const TRIGGER =
  "create trigger g after insert on t begin\n  update t set a = case when 1 then 2 end;\n  select ';';\nend";

const CASES:
  readonly (readonly [name: string, script: string, expected: readonly (readonly [text: string, line: number])[]])[] = [
    ["nothing", " ;; -- a comment;\n /* and ; another */ ;", []],
    ["two statements", "select 1;\nselect 2;", [["select 1", 1], ["select 2", 2]]],
    ["a last statement without a semicolon", "select 1; select 2 -- end", [["select 1", 1], ["select 2 -- end", 1]]],
    ["semicolons in quotes and comments", `select ';', "a;b", [c;d], \`e;f\` -- ;\n, 1 /* ; */; x`, [
      [`select ';', "a;b", [c;d], \`e;f\` -- ;\n, 1 /* ; */`, 1],
      ["x", 2],
    ]],
    ["comments before a statement left out", "-- one\n\n/* two\nlines */ select 1;", [["select 1", 4]]],
    ["a trigger", `${TRIGGER};\nselect 1;`, [[TRIGGER, 1], ["select 1", 5]]],
    ["a temporary trigger under EXPLAIN", `explain query plan ${TRIGGER.replace("create", "create temp")};1`, [
      [`explain query plan ${TRIGGER.replace("create", "create temp")}`, 1],
      ["1", 4],
    ]],
    ["a table named trigger", "create table trigger_t (a); select 1", [["create table trigger_t (a)", 1], [
      "select 1",
      1,
    ]]],
    ["transactions", "begin; insert into t values (1); end; commit;", [
      ["begin", 1],
      ["insert into t values (1)", 1],
      ["end", 1],
      ["commit", 1],
    ]],
    ["a string that never ends", "select 1; select 'a; b;", [["select 1", 1], ["select 'a; b;", 1]]],
    ["Windows line ends", "select 1;\r\n\r\nselect\r\n2;", [["select 1", 1], ["select\r\n2", 3]]],
  ];

Deno.test("splitStatements() finds a script's statements and their lines", async (t) => {
  for (const [name, script, expected] of CASES) {
    await t.step(name, () => {
      const statements = [...splitStatements(script)];
      assert.deepEqual(statements.map(({ text, line }) => [text, line]), expected);
      for (const { text, start, end } of statements) assert.equal(script.slice(start, end), text);
    });
  }
});

Deno.test("splitStatements() tells a rest without semicolon", () => {
  assert.deepEqual([...splitStatements("select 1; sel")].map(({ terminated }) => terminated), [true, false]);
});

Deno.test("splitStatements() yields early from a script of megabytes, and reads all of it once asked", () => {
  const script = "insert into t values (1, 'some text; with a semicolon', x'00ff'); -- note\n".repeat(50_000);
  const statements = splitStatements(script);
  assert.equal(statements.next().value?.line, 1);
  let last = 0;
  let count = 1;
  for (const { line } of statements) {
    last = line;
    count++;
  }
  assert.deepEqual([count, last], [50_000, 50_000]);
});

const COMPLETENESS: readonly (readonly [text: string, expected: ReturnType<typeof completeness>])[] = [
  ["", "empty"],
  [" \n-- only a comment", "empty"],
  [";;", "empty"],
  ["select 1", "incomplete"],
  ["select 1;", "complete"],
  ["select 1; -- done\n", "complete"],
  ["select 1; select", "incomplete"],
  ["select ';", "incomplete"],
  ["select 1; /* open", "incomplete"],
  ["/* open", "incomplete"],
  ["create trigger g after insert on t begin select 1;", "incomplete"],
  ["create trigger g after insert on t begin select 1; end", "incomplete"],
  [`${TRIGGER};`, "complete"],
];

Deno.test("completeness() tells whether a shell may run its text", async (t) => {
  for (const [text, expected] of COMPLETENESS) {
    await t.step(JSON.stringify(text), () => assert.equal(completeness(text), expected));
  }
});
