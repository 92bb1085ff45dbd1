/** Statements that have led change capture astray, or could. */
export interface Case {
  readonly name: string;
  readonly setup: readonly string[];
  readonly steps: readonly string[];
  /** Reads of whole tables the steps need; 0 when left out. */
  readonly reloads?: number;
}

/** Run with every form of capture. */
export const CASES: readonly Case[] = [
  {
    name: "plain rowid alias",
    setup: ["create table t(id integer primary key, a)", "insert into t values (1, 'x'), (2, 'y')"],
    steps: [
      "insert into t values (3, 'z'), (null, 'w')",
      "update t set a = a || '!' where id > 1",
      "delete from t where id = 2",
      "insert or replace into t values (1, 'again')",
      "update t set id = id + 100",
      "update t set rowid = 7 where id = 101",
      "update or replace t set id = 103 where id = 7",
      "insert into t values (7, 'u') on conflict(id) do update set a = 'v'",
      "insert into t values (7, 'u') on conflict(id) do update set a = 'v' || excluded.a, id = 8",
      "insert or ignore into t values (8, 'no')",
      "delete from t",
      "insert into t(a) values ('first')",
    ],
  },
  {
    name: "no primary key and odd names",
    setup: [
      'create table "a""b ünï"("select" text, "x y", rowid text, "_ROWID_" int)',
      `insert into "a""b ünï" values ('p', 1, 'r', 2), ('q', 1.5, null, 3)`,
    ],
    steps: [
      `insert into "a""b ünï" select * from "a""b ünï"`,
      `update "a""b ünï" set oid = oid + 10 where "select" = 'p'`,
      `update "a""b ünï" set rowid = 'other'`,
      `delete from "a""b ünï" where "x y" = 1.5`,
    ],
  },
  {
    name: "WITHOUT ROWID with a composite key under NOCASE",
    setup: [
      "create table w(k text collate nocase, n integer, v, primary key (k, n)) without rowid",
      "insert into w values ('a', 1, 'x'), ('b', 1, 'y'), ('a', 2, 'z')",
    ],
    steps: [
      "insert or replace into w values ('A', 1, 'replaced')",
      "update w set k = upper(k) where n = 2",
      "update w set v = 'only value'",
      "update or replace w set n = 1 where k = 'A' and n = 2",
      "insert into w values ('B', 1, 'u') on conflict(k, n) do update set v = 'upsert'",
      "insert into w values ('B', 1, 'u') on conflict do update set k = 'B', v = 'moved'",
      "update w set n = n + 1 where k = 'a'",
      "delete from w",
    ],
  },
  {
    name: "keys of many types in WITHOUT ROWID",
    setup: [
      "create table w(k primary key, v) without rowid",
      "insert into w values (1, 'int'), ('1', 'text'), (x'31', 'blob')",
    ],
    steps: [
      "update w set v = v || '!'",
      "insert or replace into w values (1.5, 'real'), ('1', 'again')",
      "delete from w where k = '1'",
      "update w set k = 9223372036854775807 where k = 1",
    ],
  },
  {
    name: "REPLACE through secondary unique indexes",
    setup: [
      "create table t(id integer primary key, a text unique, b collate nocase, c, unique (b, c))",
      "insert into t values (1, 'a', 'B', 1), (2, 'b', 'B', 2), (3, null, null, 1), (4, 'd', 'D', null)",
    ],
    steps: [
      "insert or replace into t values (5, 'a', 'x', 9)",
      "insert or replace into t values (6, 'b', 'X', 9)",
      "replace into t values (7, null, null, 1)",
      "update or replace t set a = 'b' where id = 7",
      "insert into t values (8, 'd', 'q', 1) on conflict(a) do update set c = 77",
      "insert or ignore into t values (9, 'd', 'q', 1)",
      "update or replace t set a = 'same', b = 'same', c = 1",
      "replace into t(a) values ('fresh')",
    ],
  },
  {
    name: "ON CONFLICT REPLACE in constraints",
    setup: [
      "create table t(a text not null on conflict replace default 'dflt', b unique on conflict replace, c)",
      "insert into t values ('x', 1, 1), ('y', 2, 2)",
    ],
    steps: [
      "insert into t values ('z', 1, 3)",
      "update t set b = 2 where a = 'z'",
      "insert into t values ('n', null, 0)",
    ],
  },
  {
    name: "a late default meets a unique index",
    setup: [
      "create table t(id integer primary key, a text not null default 'd' unique, g as (upper(a)))",
      "insert into t values (1, 'd'), (2, 'e')",
    ],
    steps: ["insert or replace into t values (3, null)", "update or replace t set a = null where id = 2"],
    reloads: 2,
  },
  {
    name: "unique indexes on expressions, partial and with collations",
    setup: [
      "create table t(id integer primary key, a text, b text collate nocase, c int, wide int)",
      "create unique index i1 on t(lower(a), c + 1 desc)",
      "create unique index i2 on t(b collate binary) where c > 10",
      "create unique index i3 on t((a || b = 'XY')) where wide = 9",
      "insert into t values (1, 'A', 'x', 1, 0), (2, 'b', 'X', 11, 0), (3, 'c', 'x', 12, 0), (4, 'X', 'y', 5, 9)",
    ],
    steps: [
      "insert or replace into t values (5, 'a', 'q', 1, 0)",
      "insert or replace into t values (6, 'z', 'X', 13, 0)",
      "update or replace t set c = 20 where id = 5",
      "update or replace t set b = 'x' where id = 5",
      "insert or replace into t values (7, 'x', 'y', 77, 9)",
      "insert or replace into t values (8, 'X', 'Y', 78, 9), (9, 'x', 'Y', 79, 9)",
      "update or replace t set wide = 9",
    ],
  },
  {
    name: "unique index on generated columns",
    setup: [
      "create table t(id integer primary key, a text, g text as (substr(a, 1, 1)) unique, s as (a || '!') stored)",
      "insert into t(id, a) values (1, 'ax'), (2, 'bx')",
    ],
    steps: ["insert or replace into t(id, a) values (3, 'ay')", "update or replace t set a = 'bz' where id = 3"],
  },
  {
    name: "REPLACE through a unique index of a WITHOUT ROWID table",
    setup: [
      "create table w(a int, b int, c text unique, primary key (b, a)) without rowid",
      "insert into w values (1, 1, 'x'), (1, 2, 'y'), (2, 1, 'z')",
    ],
    steps: [
      "replace into w values (9, 9, 'x')",
      "update or replace w set c = 'y' where a = 9",
      "update or replace w set b = 1, a = 2",
    ],
  },
  {
    name: "cascades",
    setup: [
      "pragma foreign_keys = on",
      "create table p(id integer primary key, code text unique)",
      "create table c(id integer primary key, p int references p(id) on delete cascade on update cascade)",
      "create table n(p text primary key references p(code) on update cascade on delete cascade, v) without rowid",
      "create table s(id integer primary key, p int default 1 references p(id) on delete set null on update set default)",
      "insert into p values (1, 'one'), (2, 'two'), (3, 'three')",
      "insert into c values (1, 1), (2, 2), (3, 2)",
      "insert into n values ('one', 1), ('two', 2)",
      "insert into s values (1, 1), (2, 2), (3, 3)",
    ],
    steps: [
      "update p set id = 20, code = 'zwei' where id = 2",
      "delete from p where id = 3",
      "replace into p values (30, 'zwei')",
      "delete from p",
    ],
  },
  {
    name: "triggers of the user that write",
    setup: [
      "create table t(id integer primary key, a unique)",
      "create table audit(what, at)",
      "create view v as select id, a from t",
      "create trigger t1 before insert on t begin update t set a = new.a where id = 1; end",
      "create trigger t2 after insert on t when new.id < 100 begin insert into audit values (new.id, 'ins'); insert or ignore into t values (new.id + 100, new.a || '+'); end",
      "create trigger t3 after delete on t begin delete from audit where what = old.id; end",
      "create trigger t4 instead of insert on v begin replace into t values (new.id, new.a); end",
      "insert into t values (1, 'one')",
    ],
    steps: [
      "insert or replace into t values (2, 'two')",
      "insert into v values (3, 'two+')",
      "update t set a = a || id",
      "delete from t where id > 100",
    ],
  },
  {
    name: "temporary triggers",
    setup: [
      "create table t(id integer primary key, a)",
      "create table u(id integer primary key, a unique)",
      "create temp trigger tt after insert on t begin replace into u(a) values (new.a); end",
    ],
    steps: ["insert into t(a) values (1), (1), (2)", "insert into t(a) values (2)"],
  },
  {
    name: "rowid alias in a unique index needs no probe",
    setup: [
      "create table t(id integer primary key, a)",
      "create unique index i on t(a, id)",
      "insert into t values (1, 1)",
    ],
    steps: ["replace into t values (2, 1)", "replace into t values (1, 3)"],
  },
  {
    name: "INTEGER PRIMARY KEY DESC is no alias",
    setup: ["create table t(id integer primary key desc, a)", "insert into t values (5, 'x'), (null, 'n')"],
    steps: ["replace into t values (5, 'y')", "update t set id = 6 where id = 5", "delete from t where id is null"],
  },
  {
    name: "STRICT table",
    setup: [
      "create table t(id int primary key, a any, b text) strict",
      "insert into t values (1, '1', 'x'), (2, 1, 'y')",
    ],
    steps: ["replace into t values (1, 1.0, 'z')", "update t set a = x'00' where id = 2"],
  },
  {
    name: "REPLACE through a unique generated column, by an update of one column that it is computed from",
    setup: [
      "create table t(a, b, v as (a * 10 + b), s as (v || 's') stored unique on conflict replace, n)",
      "create unique index i on t(abs(v), n)",
      "insert into t(a, b, n) values (3, 0, 0), (3, 5, 2), (1, 1, 1), (-3, 0, 1)",
    ],
    steps: [
      "update t set b = 0 where b = 5",
      "update or replace t set n = 2 where a = -3",
      "insert into t(a, b) values (1, 1)",
      "update or replace t set a = 1, b = 1",
    ],
  },
  {
    name: "schema changes",
    setup: ["create table t(id integer primary key, a text unique, b)", "insert into t values (1, 'x', 'y')"],
    steps: [
      "alter table t add column c default 5",
      "alter table t rename column a to aa",
      "replace into t values (2, 'x', 'z', 6)",
      "alter table t drop column b",
      "alter table t rename to t2",
      "insert into t2 values (3, 'q', 7)",
      "create unique index i on t2(c)",
      "replace into t2 values (4, 'r', 7)",
      "drop table t2",
      "create table t2(id integer primary key, a)",
      "insert into t2 values (1, 'new')",
    ],
    reloads: 6,
  },
];
