import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { inFolder, rhei, rheiCommand } from "./cli_process.ts";

const lines = (text: string): string[] => text.replaceAll("\r", "").split("\n").filter((line) => line !== "");

Deno.test("rhei run binds parameters, echoes, prints to files and keeps a transaction across statements", () =>
  inFolder(async (path) => {
    const script = `
create table t (id integer primary key, name text);
.param set :name O'Hara
.param set ?1 7
begin;
insert into t values (?1, :name);
insert into t values (8, date(:name) is null);
commit;
.echo on
select * from t where name = :name;
.echo off
.mode list
.headers off
.separator ';'
.nullvalue (none)
.once ${path("out.txt")}
select id, null from t order by id;
.output ${path("dump.sql")}
.dump
.output
.param clear
select :name;
select 'not reached';
`;
    writeFileSync(path("script.sql"), script);
    const { code, stdout, stderr } = await rhei(["run", path("a.db"), path("script.sql")]);
    assert.equal(code, 1);
    assert.deepEqual(lines(stdout), ["select * from t where name = :name;", "id,name", "7,O'Hara", ".echo off"]);
    assert.match(stderr, /script\.sql:22: .*parameter ":name" has no value\n[^]*\.param set :name VALUE/);
    assert.equal(readFileSync(path("out.txt"), "utf8"), "7;(none)\n8;(none)\n");
    assert.deepEqual(lines(readFileSync(path("dump.sql"), "utf8")), [
      "PRAGMA foreign_keys=OFF;",
      "BEGIN TRANSACTION;",
      "CREATE TABLE t (id integer primary key, name text);",
      "INSERT INTO t VALUES(7,'O''Hara');",
      "INSERT INTO t VALUES(8,'1');",
      "COMMIT;",
    ]);
    const copy = await rhei(["run", path("b.db"), path("dump.sql")]);
    assert.deepEqual([copy.code, copy.stdout], [0, ""]);
  }));

Deno.test("rhei run goes on after errors when .bail is off, and exits with 1; a transaction left open is undone", () =>
  inFolder(async (path) => {
    const script =
      `.bail off\nselect nothing;\nselect 1 as a;\nbegin;\ncreate table t (x);\n.bail on\nselect worse;\nselect 2;\n`;
    const { code, stdout, stderr } = await rhei(["run", path("a.db"), "-"], { stdin: script });
    assert.deepEqual([code, lines(stdout)], [1, ["a", "1"]]);
    assert.match(stderr, /stdin:2: .*nothing[^]*stdin:7: .*worse/);
    const left = await rhei(["query", path("a.db"), "select count(*) from sqlite_schema where name = 't'"]);
    assert.deepEqual(lines(left.stdout), ["count(*)", "0"]);
  }));

Deno.test("a script with a shebang runs by itself, and .quit gives its exit code", () =>
  inFolder((path) => {
    const command = rheiCommand(["run", path("a.db")]).join(" ");
    writeFileSync(path("report"), `#!/usr/bin/env -S ${command}\nselect 'seen' as word;\n.quit 3\nselect 'not';\n`);
    chmodSync(path("report"), 0o755);
    const { status, stdout, stderr } = spawnSync(path("report"), { encoding: "utf8" });
    assert.deepEqual([status, lines(stdout)], [3, ["word", "seen"]], stderr);
    return Promise.resolve();
  }));

Deno.test("rhei query takes parameters from a JSON file, NUL characters included", () =>
  inFolder(async (path) => {
    writeFileSync(path("named.json"), '{"id": 9007199254740993, ":text": "a\\u0000b", "blob": {"$blob": "00ff"}}');
    await rhei(["run", path("a.db"), "-"], { stdin: "create table t (a);" });
    const sql = "select :id as id, length(cast(:text as blob)) as bytes, hex(:text) as text, :blob as blob";
    const named = await rhei(["query", path("a.db"), sql, "--params", path("named.json")]);
    assert.deepEqual(lines(named.stdout), ["id,bytes,text,blob", "9007199254740993,3,610062,x'00ff'"], named.stderr);
    const both = await rhei(["query", path("a.db"), "select ?", "1", "--params", path("named.json")]);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /from --params and from the command line/);
  }));
