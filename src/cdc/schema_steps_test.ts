import assert from "node:assert/strict";
import { openOltp } from "../oltp/mod.ts";
import { showsEveryStep } from "./schema_steps.ts";
import { readSchema } from "./source_schema.ts";

const SETUP = [
  "create table t(id integer primary key, a unique, b)",
  "create index i on t(b)",
  "create trigger g after insert on t begin select 1; end",
  "create view v as select 1 as one",
  "create table x(a unique, b)",
  "create index wi on x(a)",
  "create index wj on x(b)",
  "create trigger wg after insert on x begin select 1; end",
  "create trigger vg instead of insert on v begin select 1; end",
];

const CASES: readonly { readonly steps: readonly string[]; readonly shown: boolean }[] = [
  { steps: ["create table u(id integer primary key autoincrement, x unique)"], shown: true },
  { steps: ["create table u(a)", "create index j on u(a)", "create view w as select 2"], shown: true },
  { steps: ["drop table t"], shown: true },
  { steps: ["drop view v"], shown: true },
  { steps: ["drop index i", "drop trigger g"], shown: true },
  { steps: ["drop index wi", "drop index i", "drop trigger g", "drop trigger vg"], shown: true },
  { steps: ["drop index wi", "drop index wj", "drop trigger wg"], shown: false }, // as many as the next
  { steps: ["drop table x", "create table x(a unique, b)", "vacuum"], shown: false },
  { steps: ["drop table x", "create table x(a unique, b)"], shown: true },
  { steps: ["vacuum"], shown: false },
  { steps: ["create table u(a)", "vacuum"], shown: false },
  { steps: ["create table u(a)", "drop table u"], shown: false },
  { steps: ["drop index i", "create index i on t(b)"], shown: false },
  { steps: ["alter table t add column c"], shown: false },
  { steps: ["alter table t rename column a to c", "drop view v"], shown: false },
  {
    steps: ["drop index i", "drop trigger g", "alter table t drop column b", "alter table t add column b"],
    shown: false,
  },
  { steps: ["alter table t rename to u", "vacuum"], shown: false },
  { steps: ["create virtual table f using fts5(x)"], shown: false },
];

for (const { steps, shown } of CASES) {
  Deno.test(`showsEveryStep() is ${shown} when the steps are ${steps.join("; ")}`, async () => {
    await using oltp = await openOltp({ path: ":memory:" });
    for (const sql of SETUP) await oltp.execute(sql);
    const before = await readSchema(oltp);
    for (const sql of steps) await oltp.execute(sql);
    assert.equal(showsEveryStep(before, await readSchema(oltp)), shown);
  });
}
