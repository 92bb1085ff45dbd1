import assert from "node:assert/strict";
import { RheiError } from "../../src/errors/mod.ts";
import { META_COMMANDS } from "./command_table.ts";
import { usageOf } from "./meta_command.ts";
import { isDotCommand, runDotCommand } from "./run_dot_command.ts";
import type { Session } from "./session.ts";
import { initialSettings } from "./session_settings.ts";

interface FakeSession extends Session {
  /** What was printed and which engine calls were made, in order. */
  readonly log: string[];
}

/** A session that writes down what it is asked; its catalogue holds the given rows. */
function fakeSession(overrides: Partial<Session> = {}, catalogue: (string | null)[][] = []): FakeSession {
  const log: string[] = [];
  const record = (name: string) => (...values: unknown[]): Promise<void> => {
    log.push([name, ...values.map((value) => JSON.stringify(value))].join(" "));
    return Promise.resolve();
  };
  return {
    log,
    settings: initialSettings({ format: null, route: "auto", freshness: "latest" }, { isTerminal: true, footer: true }),
    database: "app.db",
    width: 40,
    lastQuery: null,
    history: [],
    catalogue: () => Promise.resolve(catalogue),
    print: (text) => Promise.resolve(void log.push(text)),
    redirect: (path, once) => log.push(`redirect ${path} ${once}`),
    runScript: record("runScript"),
    importFile: record("importFile"),
    exportRows: record("exportRows"),
    explain: record("explain"),
    chart: record("chart"),
    watch: record("watch"),
    dump: record("dump"),
    edit: record("edit"),
    parameters: new Map(),
    evaluate: (expression) =>
      /^\d+$/.test(expression)
        ? Promise.resolve(Number(expression))
        : Promise.reject(new RheiError("SQL_UNKNOWN_NAME", "no such column")),
    sync: record("sync"),
    status: record("status"),
    metrics: record("metrics"),
    verify: record("verify"),
    track: record("track"),
    untrack: record("untrack"),
    leave: record("leave"),
    ...overrides,
  };
}

async function logOf(line: string, overrides: Partial<Session> = {}): Promise<string[]> {
  const session = fakeSession(overrides);
  await runDotCommand(line, session);
  return session.log;
}

Deno.test("isDotCommand() tells a dot command from SQL", () => {
  const cases: [string, boolean][] = [
    [".tables", true],
    ["  .quit", true],
    [".?", true],
    [".5 + 1", false],
    ["select .5", false],
    [".", false],
    ["", false],
  ];
  for (const [line, expected] of cases) assert.equal(isDotCommand(line), expected, line);
});

Deno.test("runDotCommand() hands arguments to what the session does", async () => {
  const cases: [string, string[]][] = [
    [".read setup.sql", ['runScript "setup.sql"']],
    [".read 'my script.sql';", ['runScript "my script.sql"']],
    [".import a.csv orders", ['importFile "a.csv" "orders"']],
    [".export out.csv select 'a b' ;", [`exportRows "select 'a b' ;" "out.csv"`]],
    [".output out.csv", ["redirect out.csv false"]],
    [".output", ["redirect null false"]],
    [".once out.csv", ["redirect out.csv true"]],
    [".explain select 1;", ['explain "select 1" false']],
    [".explain analyze select 1", ['explain "select 1" true']],
    [".explain", ["off"]],
    [".chart select 1", ['chart null "select 1"']],
    [".chart bar select 1;", ['chart "bar" "select 1"']],
    [".watch 0.5 select 1", ['watch 0.5 "select 1"']],
    [".watch select 1", ['watch 2 "select 1"']],
    [".dump", ['dump "%"']],
    [".edit select 1", ['edit "select 1"']],
    [".sync", ["sync"]],
    [".sync --rebuild a b", ['sync ["a","b"]']],
    [".sync --rebuild-all", ['sync "all"']],
    [".status;", ["status"]],
    [".verify", ["verify"]],
    [".metrics", ['metrics ""']],
    [".metrics rhei_lag", ['metrics "rhei_lag"']],
    [".track a 'b c'", ['track ["a","b c"]']],
    [".untrack", ["untrack [] "]],
    [".untrack a --keep-history", ['untrack ["a"] "keep"']],
    [".quit", ["leave 0"]],
    [".EXIT 3", ["leave 3"]],
    [".q", ["leave 0"]],
    [".print it's  here;", ["it's  here;"]],
    [".print", [""]],
    [".route", ["auto"]],
    [".freshness", ["latest"]],
    [".timer", ["off"]],
    [".footer", ["on"]],
    [".nullvalue", ["the format's own"]],
    [".separator", ['"|"']],
    [".width", ["auto"]],
    [".maxwidth", ["auto"]],
    [".pager", ["off"]],
    [".bail", ["as started"]],
    [".mode", ["box"]],
    [".maxrows", ["40"]],
  ];
  for (const [line, expected] of cases) assert.deepEqual(await logOf(line), expected, line);
});

Deno.test("runDotCommand() changes settings that later statements obey", async () => {
  const session = fakeSession();
  const lines = [
    ".mode csv",
    ".timer on",
    ".footer off",
    ".explain analyze",
    ".route olap",
    ".freshness 500ms",
    ".maxrows all",
    ".maxwidth 60",
    ".width 10 0 -5",
    ".wrap on",
    ".headers off",
    ".nullvalue ''",
    ".separator \\t",
    ".pager less -N",
    ".echo on",
    ".bail off",
  ];
  for (const line of lines) await runDotCommand(line, session);
  assert.deepEqual(session.settings, {
    mode: "csv",
    footer: false,
    timer: true,
    explain: "analyze",
    route: "olap",
    freshness: "500ms",
    rowsShownMax: null,
    widthMax: 60,
    cellWidths: [10, 0, -5],
    wrap: true,
    headers: false,
    nullText: "",
    separator: "\t",
    insertTable: "table",
    pager: true,
    pagerCommand: "less -N",
    echo: true,
    bail: false,
  });
  assert.deepEqual(session.log, []);
  for (const line of [".mode insert 'my orders'", ".width auto", ".maxwidth none", ".pager on"]) {
    await runDotCommand(line, session);
  }
  const { mode, insertTable, cellWidths, widthMax, pager, pagerCommand } = session.settings;
  assert.deepEqual([mode, insertTable, cellWidths, widthMax, pager, pagerCommand], [
    "insert",
    "my orders",
    [],
    null,
    true,
    null,
  ]);
  for (const [spelling, format] of [["jsonlines", "jsonl"], ["duckbox", "box"], ["md", "markdown"]]) {
    await runDotCommand(`.mode ${spelling}`, session);
    assert.equal(session.settings.mode, format);
  }
});

Deno.test("runDotCommand() exports the last query when none is named", async () => {
  assert.deepEqual(await logOf(".export out.csv", { lastQuery: "select 2" }), ['exportRows "select 2" "out.csv"']);
});

Deno.test("runDotCommand() explains what is wrong with a command", async () => {
  const cases: [string, RegExp, RegExp][] = [
    [".tabels", /Cannot run "\.tabels": there is no such dot command$/, /did you mean "\.tables"/],
    [".param list :x", /Cannot run \.param list: ":x" is too much/, /usage: \.param list/],
    [".param clear :x;", /Cannot run \.param clear: ":x;" is too much/, /usage: \.param clear/],
    [".tables nosuch", /Cannot find "nosuch"/, /\.tables/],
    [".indexes nosuch", /Cannot find "nosuch"/, /\.tables/],
    [".track --keep-history", /Cannot run \.track: it has no flag "--keep-history"/, /\.help track/],
    [".untrack a --keep", /Cannot run \.untrack: it has no flag "--keep"/, /\.help untrack/],
    [".untrack --keep-history --discard-history", /only one of --keep-history and --discard-history/, /^$/],
    [".metricz", /no such dot command/, /did you mean "\.metrics"/],
    [".backup copy.db", /no such dot command/, /vacuum into 'FILE'/],
    [".e", /may mean \.explain or \.edit or \.echo or \.export or \.exit/, /\.help/],
    [".mode boxes", /expected box, csv, .* not "boxes"/, /usage: \.mode \[FORMAT\] \[TABLE\]/],
    [".timer maybe", /expected on, off, not "maybe"/, /usage/],
    [".read", /FILE is missing/, /usage: \.read FILE/],
    [".import a.csv", /TABLE is missing/, /usage: \.import FILE TABLE/],
    [".sync now", /expected --rebuild, --rebuild-all, not "now"$/, /usage: \.sync \[--rebuild\] \[TABLE…\]$/],
    [".sync --rebuild", /--rebuild takes tables, --rebuild-all none$/, /^usage: /],
    [".sync --rebuild-all t", /--rebuild takes tables, --rebuild-all none$/, /^usage: /],
    [".read 'a", /the quote ' is not closed/, /.?/],
    [".route fast", /expected auto, oltp, olap, not "fast"/, /usage/],
    [
      ".freshness soon",
      /Cannot set \.freshness to "soon": expected latest, any or a duration|expected latest, any, or/,
      /.?/,
    ],
    [".maxrows 0", /expected all or a whole number from 1/, /.?/],
    [".maxwidth wide", /expected auto, none or a whole number/, /.?/],
    [".width ten", /expected auto or whole numbers/, /.?/],
    [".mode csv orders", /only insert takes a table/, /usage/],
    [".chart", /no query has been run yet/, /names the query/],
    [".watch 0 select 1", /expected a number from 0\.1/, /.?/],
    [".param set :a", /NAME and VALUE are needed/, /usage/],
    [".param set a-b 1", /Cannot name a parameter "a-b"/, /:id/],
    [".param unset :a", /it has no value/, /.?/],
    [".param get :a", /expected set, unset, list, clear/, /usage/],
    [".quit 256", /from 0 to 255/, /.?/],
    [".history many", /expected a whole number/, /.?/],
    [".export out.csv", /no query has been run yet/, /names the query/],
    [".help nonsense", /Cannot run "\.nonsense"/, /\.help/],
  ];
  for (const [line, message, hint] of cases) {
    await assert.rejects(logOf(line), (error) => {
      assert.ok(error instanceof RheiError, line);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  }
});

Deno.test(".tables shows names in columns that fit the width", async () => {
  const names = Array.from({ length: 7 }, (_, index) => [`table_number_${index}`]);
  const session = fakeSession({}, names);
  await runDotCommand(".tables", session);
  assert.deepEqual(session.log.join("\n").split("\n"), [
    "table_number_0  table_number_4",
    "table_number_1  table_number_5",
    "table_number_2  table_number_6",
    "table_number_3",
  ]);
});

Deno.test(".tables and .schema pass their pattern to LIKE and leave rhei's own objects out", async () => {
  for (const line of [".tables or%", ".schema or%", ".indexes or%"]) {
    const asked: [string, readonly string[] | undefined][] = [];
    const session = fakeSession({
      catalogue: (sql, params) => {
        asked.push([sql, params]);
        return Promise.resolve([["x"]]);
      },
    });
    await runDotCommand(line, session);
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0]![1], ["or%"]);
    assert.match(asked[0]![0], /not like '\\_rhei\\_%'/);
  }
});

Deno.test(".schema ends a definition behind a comment on a line of its own", async () => {
  const session = fakeSession({}, [["create view v as select 1 -- one"], ["create table t (a)"]]);
  await runDotCommand(".schema", session);
  assert.deepEqual(session.log, ["create view v as select 1 -- one\n;\ncreate table t (a);"]);
});

Deno.test(".schema suggests a table when the one named does not exist", async () => {
  const session = fakeSession({
    catalogue: (_, params) => Promise.resolve(params?.[0] === "%" ? [["artist"], ["album"]] : []),
  });
  await assert.rejects(
    runDotCommand(".schema artst", session),
    (error) => error instanceof RheiError && error.hint === 'did you mean "artist"?',
  );
});

Deno.test(".param gives parameters values, lists and forgets them", async () => {
  const session = fakeSession();
  for (
    const line of [
      ".param set :n 42",
      ".param set name O'Hara",
      ".param set 2 7",
      ".param set @gone 1",
      ".param unset @gone",
    ]
  ) {
    await runDotCommand(line, session);
  }
  assert.deepEqual([...session.parameters], [[":n", 42], [":name", "O'Hara"], ["?2", 7]]);
  await runDotCommand(".param list", session);
  assert.deepEqual(session.log, [":n     42\n:name  'O''Hara'\n?2     7"]);
  await runDotCommand(".param clear", session);
  assert.equal(session.parameters.size, 0);
});

Deno.test(".history prints the oldest of the last entries first", async () => {
  const history = ["c", "b", "a"];
  assert.deepEqual(await logOf(".history", { history }), ["a\nb\nc"]);
  assert.deepEqual(await logOf(".history 2", { history }), ["b\nc"]);
  assert.deepEqual(await logOf(".history", {}), []);
});

Deno.test(".help lists every command once, and one command with its usage", async () => {
  const [overview = ""] = await logOf(".help");
  for (const command of META_COMMANDS) {
    const lines = overview.split("\n").filter((line) => line.startsWith(`${usageOf(command)} `));
    assert.equal(lines.length, 1, command.name);
  }
  for (const line of overview.split("\n")) assert.ok(line.length <= 80, line);
  const [one = ""] = await logOf(".help .import");
  assert.match(one, /^\.import FILE TABLE\n {2}load a file/);
  const [taught = ""] = await logOf(".help .mode");
  assert.match(taught, /jsonl +one object a line[\s\S]*\n {2}\.mode insert orders$/);
  assert.match((await logOf(".help keys"))[0] ?? "", /Ctrl-R/);
});

Deno.test("META_COMMANDS has no two commands of one name", () => {
  const names = META_COMMANDS.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  assert.equal(new Set(names).size, names.length);
});

Deno.test(".dump prints the tables that match, and no empty dump where none does", async () => {
  assert.deepEqual(await logOf(".dump or%", { catalogue: () => Promise.resolve([["orders"]]) }), ['dump "or%"']);
  const catalogue = (_: string, params: readonly string[] = []) =>
    Promise.resolve(params[0] === "%" ? [["orders"]] : []);
  await assert.rejects(logOf(".dump oders", { catalogue }), (error) => {
    assert.ok(error instanceof RheiError);
    assert.deepEqual([error.code, error.hint], ["SQL_UNKNOWN_NAME", 'did you mean "orders"?']);
    return true;
  });
});
