import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { RheiError } from "../../src/errors/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import { importFile, type ImportOptions, type ImportTarget } from "./mod.ts";

type Connection = InstanceType<typeof Database>;

/** A database behind the narrow interface, binding as rhei's engine does: an integral number as INTEGER. */
function targetOf(database: Connection): ImportTarget {
  const bind = (values: readonly ExactValue[]) =>
    values.map((value) => Number.isSafeInteger(value) ? BigInt(value as number) : value);
  const all = (sql: string, params: readonly ExactValue[]) =>
    database.prepare(sql).raw(true).safeIntegers(true).all(bind(params)) as ExactValue[][];
  return {
    query: (sql, params) => Promise.resolve({ exactRows: () => all(sql, params) }),
    transaction: async (body) => {
      database.exec("begin");
      try {
        const result = await body({
          execute: (sql, params = []) => {
            try {
              return Promise.resolve(database.prepare(sql).run(bind(params)));
            } catch (cause) {
              throw new RheiError("SQL_CONSTRAINT", (cause as Error).message, { cause });
            }
          },
        });
        database.exec("commit");
        return result;
      } catch (error) {
        database.exec("rollback");
        throw error;
      }
    },
  };
}

interface Case {
  readonly file: string;
  readonly content: string | Uint8Array;
  readonly schema?: string;
  readonly options?: ImportOptions;
}

/** Runs an import into table `t` and hands the database on; the temporary folder is removed. */
async function withImport(
  { file, content, schema, options }: Case,
  check: (run: () => Promise<{ rows: number; created: boolean }>, database: Connection, path: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const database = new Database(":memory:");
  try {
    const path = join(folder, file);
    writeFileSync(path, content);
    if (schema !== undefined) database.exec(schema);
    await check(() => importFile(targetOf(database), path, "t", options), database, path);
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

function rowsOf(database: Connection): unknown[][] {
  return database.prepare("select * from t order by rowid").raw(true).safeIntegers(true).all() as unknown[][];
}

function typesOf(database: Connection): string[] {
  return (database.prepare("select type from pragma_table_info('t')").raw(true).all() as string[][]).map(([type]) =>
    type!
  );
}

const CREATED: readonly (Case & { name: string; types: string[]; rows: unknown[][] })[] = [
  {
    name: "CSV with every class of field",
    file: "a.csv",
    content: "i,r,t,b,n\n1,1.5,abc,x'00ff',\n-9223372036854775808,2,,x'',\n,-Inf,\"\",,\n",
    types: ["INTEGER", "REAL", "TEXT", "BLOB", "TEXT"],
    rows: [
      [1n, 1.5, "abc", Buffer.from([0, 255]), null],
      [-9223372036854775808n, 2, null, Buffer.alloc(0), null],
      [null, -Infinity, "", null, null],
    ],
  },
  {
    name: "CSV whose digits are names, not numbers",
    file: "a.csv",
    content: "zip,phone,long,padded\n00501,+1555,9223372036854775808, 5\n10001,+1556,1,6\n",
    types: ["TEXT", "TEXT", "TEXT", "TEXT"],
    rows: [["00501", "+1555", "9223372036854775808", " 5"], ["10001", "+1556", "1", "6"]],
  },
  {
    name: "CSV with fractions beside long integers",
    file: "a.csv",
    content: "n\n9007199254740993\n0.5\n",
    types: ["NUMERIC"],
    rows: [[9007199254740993n], [0.5]],
  },
  {
    name: "CSV with a byte order mark, CRLF, quotes and blank lines",
    file: "a.csv",
    content: '\ufeffa,"b ""x"""\r\n"1\r\n2","x,y"\r\n\r\nz,\r\n',
    types: ["TEXT", "TEXT"],
    rows: [["1\r\n2", "x,y"], ["z", null]],
  },
  {
    name: "CSV of one column, where a blank line is a NULL",
    file: "a.csv",
    content: "a\n1\n\n3\n",
    types: ["INTEGER"],
    rows: [[1n], [null], [3n]],
  },
  {
    name: "CSV without a header",
    file: "a.csv",
    content: "1;x\n2;y\n",
    options: { header: false, delimiter: ";" },
    types: ["INTEGER", "TEXT"],
    rows: [[1n, "x"], [2n, "y"]],
  },
  { name: "TSV", file: "a.TSV", content: "a\tb\n1\tx y\n", types: ["INTEGER", "TEXT"], rows: [[1n, "x y"]] },
  {
    name: "columns whose names differ in case only",
    file: "a.csv",
    content: "a,A\n1,2\n",
    types: ["INTEGER", "INTEGER"],
    rows: [[1n, 2n]],
  },
  {
    name: "JSON with exact numbers, missing keys and nested values",
    file: "a.json",
    content:
      '[{"i": 9007199254740993, "r": 1.0, "b": true},\n {"r": 2e2, "n": {"x": [1, 2.0, null]}, "toString": "own"}]',
    types: ["INTEGER", "REAL", "INTEGER", "TEXT", "TEXT"],
    rows: [[9007199254740993n, 1, 1n, null, null], [null, 200, null, '{"x":[1,2.0,null]}', "own"]],
  },
  {
    name: "JSON whose column mixes classes keeps each value's",
    file: "a.json",
    content: '[{"v": 1}, {"v": 1.0}, {"v": "1"}, {"v": "x\'ff\'"}]',
    types: [""],
    rows: [[1n], [1], ["1"], ["x'ff'"]],
  },
  {
    name: "JSON Lines with blank lines and no last newline",
    file: "a.jsonl",
    content: '{"a": 1, "b": "x\u2028y"}\n\n{"b": "ü", "c": 0.1}',
    types: ["INTEGER", "TEXT", "REAL"],
    rows: [[1n, "x\u2028y", null], [null, "ü", 0.1]],
  },
];

Deno.test("importFile() creates a table with types found in the whole file", async (t) => {
  for (const each of CREATED) {
    await t.step(each.name, () =>
      withImport(each, async (run, database) => {
        assert.deepEqual(await run(), { rows: each.rows.length, created: true });
        assert.deepEqual(typesOf(database), each.types);
        assert.deepEqual(rowsOf(database), each.rows);
      }));
  }
});

Deno.test("importFile() looks at values far behind the first ones when it finds types", async () => {
  const content = `a\n${"1\n".repeat(5000)}x\n`;
  await withImport({ file: "a.csv", content }, async (run, database) => {
    await run();
    assert.deepEqual(typesOf(database), ["TEXT"]);
    assert.deepEqual(rowsOf(database)[0], ["1"]);
  });
});

const INTO_EXISTING: readonly (Case & { name: string; rows: unknown[][] })[] = [
  {
    name: "columns matched by name, defaults and rowid filled in",
    file: "a.csv",
    schema: "create table t (id integer primary key, name text not null, n integer default 7, g as (n * 2))",
    content: "Name\nx\ny\n",
    rows: [[1n, "x", 7n, 14n], [2n, "y", 7n, 14n]],
  },
  {
    name: "empty fields: NULL for numbers, NULL for text unless it is NOT NULL, quoted ones empty text",
    file: "a.csv",
    schema: "create table t (n integer, r real, a text, b text not null)",
    content: 'n,r,a,b\n,,,\n"","","",""\n',
    rows: [[null, null, null, ""], [null, null, "", ""]],
  },
  {
    name: "text that is no number stays text, as SQLite keeps it",
    file: "a.csv",
    schema: "create table t (n integer, d date, x)",
    content: "n,d,x\nabc,2024-01-31,1\n0.5,2024-01-32,1.0\n",
    rows: [["abc", "2024-01-31", "1"], [0.5, "2024-01-32", "1.0"]],
  },
  {
    name: "REAL of a typed file keeps its class in columns without a type, and its point in text",
    file: "a.json",
    schema: "create table t (x, y text, z real)",
    content: '[{"x": 1.0, "y": 1.0, "z": 1}, {"x": 1, "y": 1, "z": 1.5}]',
    rows: [[1, "1.0", 1], [1n, "1", 1.5]],
  },
  {
    name: "by position without a header",
    file: "a.tsv",
    schema: "create table t (a integer, b blob)",
    content: "1\tx'0a'\n",
    options: { header: false },
    rows: [[1n, Buffer.from([10])]],
  },
];

Deno.test("importFile() fills an existing table", async (t) => {
  for (const each of INTO_EXISTING) {
    await t.step(each.name, () =>
      withImport(each, async (run, database) => {
        assert.deepEqual(await run(), { rows: each.rows.length, created: false });
        assert.deepEqual(rowsOf(database), each.rows);
      }));
  }
});

const REFUSED: readonly (Case & { name: string; message: RegExp; hint?: string })[] = [
  {
    name: "a record with too few fields",
    file: "bad.csv",
    content: 'a,b\n1,"x\ny"\n3\n',
    message: /bad\.csv", line 4: expected 2 fields, found 1$/,
  },
  {
    name: "a record with too many fields after thousands of good ones",
    file: "bad.csv",
    content: `a,b\n${"1,2\n".repeat(5000)}1,2,3\n`,
    message: /bad\.csv", line 5002: expected 2 fields, found 3$/,
  },
  {
    name: "a quote that is never closed",
    file: "bad.csv",
    content: 'a,b\n1,"x\n2,y\n',
    message: /bad\.csv", line \d: a quoted field is not closed before the end of the file$/,
  },
  {
    name: "a quote inside a field without quotes",
    file: "bad.csv",
    content: 'a,b\n1,x"y"z\n',
    message: /bad\.csv", line 2: field 2 holds a quote but does not begin with one; in quotes, it would be doubled$/,
  },
  {
    name: "text behind a closing quote",
    file: "bad.csv",
    content: 'a,b\n1,"x"y\n',
    message: /bad\.csv", line 2: field 2 goes on behind its closing quote; a quote inside of it is doubled$/,
  },
  { name: "an empty file", file: "bad.csv", content: "", message: /bad\.csv": the file is empty$/ },
  {
    name: "a header without a name",
    file: "bad.csv",
    content: "a,,b\n1,2,3\n",
    message: /bad\.csv", line 1: the header names no column at position 2$/,
    hint: "use --no-header if the first line is data",
  },
  {
    name: "bytes that are no UTF-8",
    file: "bad.csv",
    content: Buffer.from("a,b\n1,x\n2,caf\xe9\n", "latin1"),
    message: /bad\.csv", line 3: it is not UTF-8 text$/,
  },
  {
    name: "a line of JSON Lines that is broken",
    file: "bad.jsonl",
    content: '{"a": 1}\n{"a": }\n',
    message: /bad\.jsonl", line 2: Unexpected token '}'$/,
  },
  {
    name: "a line of JSON Lines that is no object",
    file: "bad.jsonl",
    content: '{"a": 1}\n\n[1]\n',
    message: /bad\.jsonl", line 3: expected a JSON object$/,
  },
  {
    name: "broken JSON",
    file: "bad.json",
    content: '[{"a": 1},\n {"a": 2},\n {"a": oops}]',
    message: /bad\.json", line 3: Unexpected token 'o'$/,
  },
  {
    name: "JSON that ends early",
    file: "bad.json",
    content: '[{"a": 1},\n {"a": 2},\n',
    message: /bad\.json", line 2: Unexpected end of JSON input$/,
  },
  {
    name: "JSON without rows for a new table",
    file: "bad.json",
    content: "[]",
    message: /bad\.json": it holds no rows, which would name the columns of the new table$/,
  },
  { name: "JSON that is no array", file: "bad.json", content: '{"a": 1}', message: /expected one array of objects$/ },
  {
    name: "an array of numbers",
    file: "bad.json",
    content: '[{"a": 1}, 2]',
    message: /element 2 of the array is no object$/,
  },
  {
    name: "an ending without a format",
    file: "bad.xlsx",
    content: "",
    message: /^Cannot tell the format of ".*bad\.xlsx" by its ending$/,
    hint: "known endings are .csv .tsv .tab .json .jsonl .ndjson .parquet .pq .arrow .feather .ipc",
  },
  { name: "no Parquet", file: "bad.parquet", content: "hello", message: /bad\.parquet": .*Parquet/i },
  { name: "no Arrow data", file: "bad.arrow", content: "hello", message: /bad\.arrow": no Arrow data/ },
  {
    name: "a column the table lacks",
    file: "bad.csv",
    schema: "create table t (id integer, amount real)",
    content: "id,amout\n1,2\n",
    message: /into "t": the table has no column "amout"$/,
    hint: 'did you mean "amount"?',
  },
  {
    name: "a column the file must have",
    file: "bad.csv",
    schema: "create table t (id integer primary key, name text not null, x)",
    content: "id,x\n1,2\n",
    message: /the file lacks the column "name", which is NOT NULL and has no default$/,
  },
  {
    name: "a column given twice",
    file: "bad.csv",
    schema: "create table t (a, b)",
    content: "a,A\n1,2\n",
    message: /the file has the column "A" twice$/,
  },
  {
    name: "a number of columns that cannot be matched by position",
    file: "bad.csv",
    schema: "create table t (a, b)",
    content: "1\n",
    options: { header: false },
    message: /the table has 2 columns, the file 1$/,
  },
  {
    name: "a row the database refuses",
    file: "bad.csv",
    schema: "create table t (a integer primary key)",
    content: "a\n1\n2\n\n1\n",
    message: /^Cannot import ".*bad\.csv", line 5: .*UNIQUE constraint failed: t\.a/,
  },
  {
    name: "a view",
    file: "bad.csv",
    schema: "create view t as select 1 as a",
    content: "a\n1\n",
    message: /it is a view$/,
  },
  {
    name: "a layout option for a format without layout",
    file: "bad.json",
    content: "[]",
    options: { header: false },
    message: /^Cannot use --no-header with ".*bad\.json": it applies to CSV and TSV only$/,
  },
];

Deno.test("importFile() names file and line, and imports nothing, when the file is bad", async (t) => {
  for (const each of REFUSED) {
    await t.step(each.name, () =>
      withImport(each, async (run, database) => {
        const objects = () => database.prepare("select name from sqlite_schema").all();
        const before = objects();
        await assert.rejects(run(), (error) => {
          assert.ok(error instanceof RheiError, String(error));
          assert.match(error.message, each.message);
          if (each.hint !== undefined) assert.equal(error.hint, each.hint);
          return true;
        });
        assert.deepEqual(objects(), before, "no table is left behind");
        if (each.schema?.includes("table")) assert.deepEqual(rowsOf(database), []);
      }));
  }
});

Deno.test("importFile() says why a file cannot be opened", async () => {
  const database = new Database(":memory:");
  const folder = Deno.makeTempDirSync({ suffix: ".csv" });
  try {
    for (
      const [path, reason] of [["/nonexistent/x.csv", "no such file"], ["/nonexistent/x.parquet", "no such file"], [
        folder,
        "it is a directory",
      ]] as const
    ) {
      await assert.rejects(importFile(targetOf(database), path, "t"), {
        code: "FILE_FORMAT",
        message: `Cannot import "${path}": ${reason}`,
      });
    }
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
});

Deno.test("importFile() reports progress up to all rows and bytes", async () => {
  const content = `a\n${"12345\n".repeat(4500)}`;
  const seen: number[][] = [];
  const options: ImportOptions = {
    onProgress: ({ rowsDone, bytesRead, bytesTotal }) => seen.push([rowsDone, bytesRead ?? -1, bytesTotal]),
  };
  await withImport({ file: "a.csv", content, options }, async (run) => {
    await run();
    assert.deepEqual(seen.at(-1), [4500, content.length, content.length]);
    assert.ok(seen.length >= 3);
  });
});

Deno.test("importFile() keeps nothing when its signal aborts while it writes", async () => {
  const abort = new AbortController();
  const options: ImportOptions = { signal: abort.signal, onProgress: () => void setImmediate(() => abort.abort()) };
  const content = `a\n${"1\n".repeat(9000)}`;
  await withImport({ file: "a.csv", content, schema: "create table t (a)", options }, async (run, database) => {
    await assert.rejects(run(), { code: "CANCELLED" });
    assert.deepEqual(rowsOf(database), []);
  });
});
