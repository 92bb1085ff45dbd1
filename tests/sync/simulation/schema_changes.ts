import type { Random } from "../../fuzz/random.ts";

/** Statements that change the schema, the file, or what columns hold. */
export interface SchemaChange {
  readonly statements: readonly string[];
  /** Whether they are one transaction. */
  readonly atOnce: boolean;
}

/** By the table they need, an empty name for none. */
const EACH: readonly (readonly [string, readonly string[]])[] = [
  ["heap", ["alter table heap add column z text default 'z'", "update heap set z = 'set' where x = 1"]],
  ["heap", ["alter table heap drop column z"]],
  ["heap", ["alter table heap rename column y to yy"]],
  ["heap", ["alter table heap rename column yy to y"]],
  ["heap", ["delete from heap where rowid % 2", "vacuum"]],
  ["indexed", ["alter table indexed rename to renamed", "insert into renamed(a, b) values ('moved', 3)"]],
  ["indexed", ["alter table renamed rename to indexed"]],
  ["plain", ["create table extra as select * from plain", "insert into extra(a) values ('new')"]],
  ["plain", ["create view seen as select * from plain"]],
  ["plain", ["drop view seen"]],
  ["plain", ["update plain set b = 'text' where b = 2"]],
  ["plain", ["update plain set b = 2 where typeof(b) = 'text'"]],
  ["late", ["create unique index late_note on late(half, n)", "replace into late(code, n) values ('index', 7)"]],
  ["late", ["drop index late_note"]],
  ["late", ["replace into late(code, n, note) values ('A', null, null)"]],
  ["late", ["insert or replace into late(code, n, note) values ('B', 3, null)"]],
  ["late", ["alter table late add column more integer not null default 3", "replace into late(code) values ('a')"]],
  ["late", ["alter table late drop column more"]],
  ["wide", ["alter table wide rename column v to w"]],
  ["wide", ["alter table wide rename column w to v"]],
  ["mixed", ["create unique index mixed_m on mixed(m)"]],
  ["mixed", ["drop index mixed_m"]],
  ["mixed", ["insert or replace into mixed values (3, 'word')"]],
  ["mixed", ["insert or replace into mixed values (4, x'ff')"]],
  ["mixed", ["insert or replace into mixed values (5, cast(x'61ff' as text))"]],
  ["mixed", ["delete from mixed where typeof(m) in ('text', 'blob')"]],
  ["tree", ["create trigger tree_feed after insert on tree begin update tree set label = 'fed' where id < 5; end"]],
  ["tree", ["drop trigger tree_feed"]],
  ["", ["create table extra(k text primary key, v) without rowid", "insert into extra values ('k', 1), ('l', 2)"]],
  ["", ["drop table extra"]],
  ["", ["vacuum"]],
  ["", ["alter table twin add column late default 5", "insert into twin(v) values ('long')"]],
];

const AT_ONCE: readonly (readonly [string, readonly string[]])[] = [
  ["heap", ["drop table heap", "create table heap(x integer, y text)", "insert into heap values (1, 'made anew')"]],
  ["heap", ["alter table heap drop column y", "alter table heap add column y text"]],
  ["", [
    "alter table twin rename to passing",
    "alter table other_twin rename to twin",
    "alter table passing rename to other_twin",
  ]],
  ["", [
    "insert into twin(v) values ('before')",
    "drop table twin",
    "create table twin(id integer primary key, v text)",
  ]],
  ["", [
    "create table copied(id integer primary key, v text)",
    "insert into copied(v) select v from twin",
    "drop table twin",
    "alter table copied rename to twin",
    "insert into twin(v) values ('copied')",
  ]],
];

/** One of the usual changes; some undo others, and those that do not apply fail. @param tables Those there are. */
export function schemaChange(random: Random, tables: readonly string[]): SchemaChange {
  const atOnce = random.chance(1 / 4);
  const known = (atOnce ? AT_ONCE : EACH).filter(([table]) => table === "" || tables.includes(table));
  return { statements: random.pick(known)[1], atOnce };
}
