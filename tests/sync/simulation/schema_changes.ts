import type { Random } from "../../fuzz/random.ts";

/** Statements that change the schema, the file, or what columns hold. */
export interface SchemaChange {
  readonly statements: readonly string[];
  /** Whether they are one transaction. */
  readonly atOnce: boolean;
}

/** Made with the other tables: two tables of one shape, whose names can be exchanged without a row changing. */
export const TWINS: readonly string[] = [
  "create table twin(id integer primary key, v text)",
  "create table other_twin(id integer primary key, v text)",
  "insert into twin values (1, 'one')",
  "insert into other_twin values (1, 'eins'), (2, 'zwei')",
];

const EACH: readonly (readonly string[])[] = [
  ["alter table heap add column z text default 'z'", "update heap set z = 'set' where x = 1"],
  ["alter table heap drop column z"],
  ["alter table heap rename column y to yy"],
  ["alter table heap rename column yy to y"],
  ["alter table indexed rename to renamed", "insert into renamed(a, b) values ('moved', 3)"],
  ["alter table renamed rename to indexed"],
  ["create table extra as select * from plain", "insert into extra(a) values ('new')"],
  ["create table extra(k text primary key, v) without rowid", "insert into extra values ('k', 1), ('l', 2)"],
  ["drop table extra"],
  ["create unique index late_note on late(half, n)", "replace into late(code, n) values ('index', 7)"],
  ["drop index late_note"],
  ["create unique index mixed_m on mixed(m)"],
  ["drop index mixed_m"],
  ["create view seen as select * from plain"],
  ["drop view seen"],
  ["create trigger tree_feed after insert on tree begin update account set balance = balance where id = 1; end"],
  ["drop trigger tree_feed"],
  ["vacuum"],
  ["delete from heap where rowid % 2", "vacuum"],
  ["insert or replace into mixed values (3, 'word')"],
  ["insert or replace into mixed values (4, x'ff')"],
  ["insert or replace into mixed values (5, cast(x'61ff' as text))"],
  ["update plain set b = 'text' where b = 2"],
  ["update plain set b = 2 where typeof(b) = 'text'"],
  ["delete from mixed where typeof(m) in ('text', 'blob')"],
];

const AT_ONCE: readonly (readonly string[])[] = [
  ["drop table heap", "create table heap(x integer, y text)", "insert into heap values (1, 'made anew')"],
  ["alter table heap drop column y", "alter table heap add column y text"],
  [
    "alter table twin rename to passing",
    "alter table other_twin rename to twin",
    "alter table passing rename to other_twin",
  ],
  ["insert into twin(v) values ('before')", "drop table twin", "create table twin(id integer primary key, v text)"],
  [
    "create table copied(id integer primary key, v text)",
    "insert into copied select * from twin",
    "drop table twin",
    "alter table copied rename to twin",
    "insert into twin(v) values ('copied')",
  ],
];

/** One of the usual changes; some undo others, and those that do not apply fail. */
export function schemaChange(random: Random): SchemaChange {
  const atOnce = random.chance(1 / 4);
  return { statements: random.pick(atOnce ? AT_ONCE : EACH), atOnce };
}
