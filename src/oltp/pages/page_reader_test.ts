import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { type ColumnClass, type ExactValue, numberToExact } from "../../types/mod.ts";
import { BlockReader } from "../block_reader.ts";
import type { ScanColumn, ScanSource, StoredField } from "../column_scan.ts";
import { Connection } from "../connection.ts";
import { newFacts } from "../database_facts.ts";
import { unpackBlock } from "../packed_columns.ts";
import { PageReader } from "./page_reader.ts";
import { Undecodable } from "./undecodable.ts";
import type { WantedRows } from "./wanted_rows.ts";

const FIRST = -(2n ** 63n);
const LAST = 2n ** 63n - 1n;
const ALL: WantedRows = { first: FIRST, last: LAST };

async function withConnection(body: (connection: Connection) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const connection = new Connection(join(folder, "app.db"), "create", newFacts());
  try {
    await body(connection);
  } finally {
    connection.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function run(connection: Connection, ...statements: readonly string[]): void {
  for (const sql of statements) connection.execute(sql, []);
}

/** A column of table `t` with the affinity its class suggests. */
function column(name: string, columnClass: ColumnClass, affinity?: ScanColumn["affinity"]): ScanColumn {
  return {
    expression: name,
    class: columnClass,
    affinity: affinity ?? (columnClass === "number" ? "numeric" : columnClass),
  };
}

/** The rowid and then these columns, which are all that `t` has; `defaults` names those with a default other than NULL. */
function sourceOf(columns: readonly ScanColumn[], defaults: readonly string[] = []): ScanSource {
  const fields = columns.map(({ expression, affinity }, index): StoredField => ({
    kind: "field",
    index,
    affinity: affinity!,
    nullIfMissing: !defaults.includes(expression),
  }));
  const rowid: ScanColumn = { expression: "rowid", class: "integer" };
  return {
    from: "t",
    columns: [rowid, ...columns],
    stored: { name: "t", fields: [{ kind: "rowid" }, ...fields] },
  };
}

/** Reads block after block; every block must be readable. */
function readAll(reader: PageReader, wanted: WantedRows, rowsMax = 700): ExactValue[][] {
  const rows: ExactValue[][] = [];
  let rest = wanted;
  while (true) {
    const part = reader.read(rest, rowsMax);
    if (part === null) return rows;
    ok(part.block !== null && part.rowCount > 0 && part.rowCount <= rowsMax);
    const batch = unpackBlock(part.block);
    ok(batch !== null);
    for (let row = 0; row < part.rowCount; row++) {
      rows.push(batch.columns.map((vector) => {
        if ("nulls" in vector && vector.nulls?.[row] === 1) return null;
        const value = vector.data[row]!;
        return vector.class === "number" ? numberToExact(value as number) : value;
      }));
    }
    strictEqual(rows.at(-1)![0], part.lastRowid);
    if (part.lastRowid === LAST) return rows;
    rest = { ...rest, first: part.lastRowid + 1n };
  }
}

function bySql(connection: Connection, source: ScanSource, where = "true"): readonly (readonly ExactValue[])[] {
  const names = source.columns.map((each) => each.expression).join(", ");
  return connection.query(`SELECT ${names} FROM t WHERE ${where} ORDER BY rowid`, []).rows;
}

/** Fills `t(a integer, b real, c text)` with rows of the given rowids. */
function fillSql(rowids: string): string {
  return `insert into t (rowid, a, b, c) with recursive n(i) as (${rowids}) ` +
    "select i, i * 1000003, i / 7.0, case i % 5 when 0 then null else 'text ' || i end from n";
}

const ABC = [column("a", "integer"), column("b", "real"), column("c", "text")];
const UP_TO = (count: number) => `select 1 union all select i + 1 from n where i < ${count}`;

/** What was done to a table before it is read; its first statement creates it. */
const TABLES: Readonly<Record<string, { readonly sql: readonly string[]; readonly columns?: readonly ScanColumn[] }>> =
  {
    "one row": { sql: ["create table t (a integer, b real, c text)", "insert into t values (1, 2.5, 'x')"] },
    "rows with gaps": {
      sql: ["create table t (a integer, b real, c text)", fillSql(UP_TO(9000)), "delete from t where rowid % 7 < 5"],
    },
    "whole pages deleted": {
      sql: [
        "create table t (a integer, b real, c text)",
        fillSql(UP_TO(9000)),
        "delete from t where rowid between 500 and 8000",
      ],
    },
    "rows in the order of no rowid": {
      sql: [
        "create table t (a integer, b real, c text)",
        fillSql(`select 0 union all select (i + 7919) % 5000 from n limit 5000`),
      ],
    },
    "negative and huge rowids": {
      sql: [
        "create table t (a integer, b real, c text)",
        "insert into t (rowid, a) values (-9223372036854775808, 1), (-4294967297, 2), (-4294967296, 3), (-1, 4), (0, 5), " +
        "(127, 6), (128, 7), (2147483648, 8), (4294967296, 9), (9007199254740993, 10), (9223372036854775807, 11)",
      ],
    },
    "the smallest pages": {
      sql: ["pragma page_size = 512", "create table t (a integer, b real, c text)", fillSql(UP_TO(5000))],
    },
    "the largest pages": {
      sql: ["pragma page_size = 65536", "create table t (a integer, b real, c text)", fillSql(UP_TO(20000))],
    },
    "values beyond their pages": {
      sql: [
        "create table t (a text, b blob)",
        `insert into t with recursive n(i) as (${UP_TO(300)}) ` +
        "select replace(hex(zeroblob(i * 37 % 5000)), '00', 'é'), cast(replace(hex(zeroblob(i * i % 9000)), '00', 'ab') as blob) from n",
        "insert into t values (null, x''), ('', null), (null, null)",
      ],
      columns: [column("a", "text"), column("b", "blob")],
    },
    "records that just fit their pages and just do not": {
      sql: [
        "create table t (a text)",
        `insert into t with recursive n(i) as (select 4030 union all select i + 1 from n where i < 4080) select substr(hex(zeroblob(i)), 1, i) from n`,
        `insert into t with recursive n(i) as (select 8110 union all select i + 1 from n where i < 8180) select substr(hex(zeroblob(i)), 1, i) from n`,
      ],
      columns: [column("a", "text")],
    },
    "a column added later": {
      sql: [
        "create table t (a integer)",
        "insert into t values (1), (2)",
        "alter table t add column b text",
        "insert into t values (3, 'x')",
      ],
      columns: [column("a", "integer"), column("b", "text")],
    },
    "many columns": {
      sql: [
        `create table t (${Array.from({ length: 300 }, (_, i) => `c${i} integer`).join()})`,
        `insert into t with recursive n(i) as (${UP_TO(40)}) select ${
          Array.from({ length: 300 }, (_, i) => `i * ${i}`).join()
        } from n`,
      ],
      columns: Array.from({ length: 300 }, (_, i) => column(`c${i}`, "integer")),
    },
    "integers of every width": {
      sql: [
        "create table t (a integer, b numeric, c real)",
        ...[0, 7, 8, 15, 16, 23, 24, 31, 32, 39, 40, 47].flatMap((bits) =>
          [-1, 0, 1].map((near) => {
            const values = [2 ** bits + near, -(2 ** bits) + near];
            return `insert into t values (${values[0]}, ${values[1]}, ${values[0]}), (${values[1]}, ${
              values[0]
            } + 0.5, ${values[1]})`;
          })
        ),
        "insert into t values (9223372036854775807, 9007199254740991, 9007199254740991)",
        "insert into t values (-9223372036854775807 - 1, -9007199254740991, -1e300)",
      ],
      columns: [column("a", "integer"), column("b", "number"), column("c", "real")],
    },
  };

for (const [name, { sql, columns = ABC }] of Object.entries(TABLES)) {
  Deno.test(`PageReader.read() gives what SQL gives for ${name}`, async () => {
    await withConnection((connection) => {
      run(connection, ...sql);
      const source = sourceOf(columns);
      const reader = PageReader.open(connection, source);
      ok(reader !== null);
      const expected = bySql(connection, source);
      for (const rowsMax of [1, 700, 100_000]) {
        if (rowsMax > 1 || expected.length < 1000) deepStrictEqual(readAll(reader, ALL, rowsMax), expected);
      }
      const rowids = expected.map(([rowid]) => rowid as bigint);
      const first = rowids[Math.floor(rowids.length / 3)]!;
      const last = rowids[Math.floor(rowids.length / 2)]!;
      for (const range of [{ first, last }, { first: first - 1n, last: last + 1n }, { first, last: first }]) {
        if (range.first < FIRST || range.last > LAST) continue;
        const within = expected.filter(([rowid]) =>
          (rowid as bigint) >= range.first && (rowid as bigint) <= range.last
        );
        deepStrictEqual(readAll(reader, range), within);
      }
    });
  });

  Deno.test(`PageReader.read() finds rows by their keys among ${name}`, async () => {
    await withConnection((connection) => {
      run(connection, ...sql);
      const source = sourceOf(columns);
      const reader = PageReader.open(connection, source);
      ok(reader !== null);
      const expected = bySql(connection, source);
      const rowids = expected.map(([rowid]) => rowid as bigint);
      // Every third row, and neighbours of every fifth that may not be there.
      const near = rowids.filter((_, i) => i % 5 === 0).map((rowid) => BigInt.asIntN(64, rowid + 1n));
      const wanted = new Set([...rowids.filter((_, i) => i % 3 === 0), ...near]);
      const keys = BigInt64Array.from(wanted).sort();
      const range = { first: keys[0]!, last: keys.at(-1)!, keys };
      const present = expected.filter(([rowid]) => wanted.has(rowid as bigint));
      deepStrictEqual(readAll(reader, range), present);
      const rest = { ...range, first: keys[Math.floor(keys.length / 2)]! };
      deepStrictEqual(readAll(reader, rest), present.filter(([rowid]) => (rowid as bigint) >= rest.first));
    });
  });
}

Deno.test("PageReader.read() gives nothing where no wanted row is there", async () => {
  await withConnection((connection) => {
    run(connection, "create table t (a integer, b real, c text)");
    const reader = PageReader.open(connection, sourceOf(ABC));
    strictEqual(reader?.read(ALL, 10), null);
    run(connection, fillSql(UP_TO(3000)), "delete from t where rowid between 1000 and 2000");
    strictEqual(reader?.read({ first: 1000n, last: 2000n }, 10), null);
    const keys = BigInt64Array.of(-3n, 1000n, 1500n, 5000n);
    strictEqual(reader?.read({ first: -3n, last: 5000n, keys }, 10), null);
    run(connection, "delete from t");
    strictEqual(reader?.read(ALL, 10), null);
  });
});

Deno.test("PageReader.read() sees its transaction's state", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "app.db");
  const [writer, connection] = [0, 1].map(() => new Connection(path, "create", newFacts()));
  try {
    run(writer!, "pragma journal_mode = wal", "create table t (a integer, b real, c text)", fillSql(UP_TO(2000)));
    connection!.control("BEGIN");
    const source = sourceOf(ABC);
    const before = bySql(connection!, source);
    run(
      writer!,
      "update t set a = -a, c = 'new'",
      "delete from t where rowid < 1000",
      "pragma wal_checkpoint(passive)",
    );
    const reader = PageReader.open(connection!, source);
    deepStrictEqual(readAll(reader!, ALL), before);
    connection!.control("ROLLBACK");
    deepStrictEqual(readAll(PageReader.open(connection!, source)!, ALL), bySql(writer!, source));
  } finally {
    connection!.close();
    writer!.close();
    await Deno.remove(folder, { recursive: true });
  }
});

/** SQL that makes a value of a table `t (x …)` that is not of the class. */
const MISFITS: readonly (readonly [string, ScanColumn, string])[] = [
  ["integer", column("x", "integer", "blob"), "1.5"],
  ["integer", column("x", "integer", "blob"), "1.0"],
  ["integer", column("x", "integer", "real"), "1"],
  ["real", column("x", "real", "blob"), "1"],
  ["number", column("x", "number", "blob"), "1.0"],
  ["number", column("x", "number", "blob"), "-0.0"],
  ["number", column("x", "number", "real"), "1"],
  ["number", column("x", "number", "integer"), "9007199254740993"],
  ["text", column("x", "text", "blob"), "1"],
  ["text", column("x", "text", "blob"), "x'61'"],
  ["blob", column("x", "blob", "blob"), "'a'"],
];

for (const [name, each, sql] of MISFITS) {
  Deno.test(`PageReader.read() leaves ${sql} in a column of class ${name} and affinity ${each.affinity} to SQL`, async () => {
    await withConnection((connection) => {
      run(
        connection,
        `create table t (x ${each.affinity})`,
        "insert into t values (null)",
        `insert into t values (${sql})`,
      );
      const part = PageReader.open(connection, sourceOf([each]))?.read(ALL, 10);
      deepStrictEqual([part?.block, part?.rowCount, part?.lastRowid], [null, 2, 2n]);
    });
  });
}

Deno.test("BlockReader reads by SQL what the pages do not tell", async () => {
  await withConnection((connection) => {
    run(connection, "create table t (a integer)", "insert into t values (1), (2)");
    run(connection, "alter table t add column b text default 'later'", "insert into t values (3, null)");
    const source = sourceOf([column("a", "integer"), column("b", "text")], ["b"]);
    throws(() => PageReader.open(connection, source)?.read(ALL, 10), Undecodable);
    const outcome = new BlockReader(connection, source).readPacked("rowid", { ...ALL, rowsMax: 10 });
    ok(outcome.kind === "block" && outcome.block !== null);
    deepStrictEqual(unpackBlock(outcome.block)?.columns[2]?.data, ["later", "later", null]);
    const keys = BigInt64Array.of(FIRST, 2n, 3n, 9n, LAST);
    const keyed = new BlockReader(connection, source).readPacked("rowid", { ...ALL, keys, rowsMax: 10 });
    ok(keyed.kind === "block" && keyed.block !== null);
    deepStrictEqual([keyed.rowCount, keyed.lastRowid], [2, 3n]);
    deepStrictEqual(unpackBlock(keyed.block)?.columns[2]?.data, ["later", null]);
  });
});

Deno.test("PageReader.read() refuses pages that are not a table's", async () => {
  await withConnection((connection) => {
    run(connection, "create table t (a integer, b real, c text)", fillSql(UP_TO(3000)), "create index i on t (c)");
    run(connection, "pragma writable_schema = 1");
    run(
      connection,
      "update sqlite_schema set rootpage = (select rootpage from sqlite_schema where name = 'i') where name = 't'",
    );
    throws(() => PageReader.open(connection, sourceOf(ABC))?.read(ALL, 10), Undecodable);
    run(connection, "update sqlite_schema set rootpage = 999999 where name = 't'");
    throws(() => PageReader.open(connection, sourceOf(ABC))?.read(ALL, 10), Undecodable);
    throws(() => PageReader.open(connection, { ...sourceOf(ABC), stored: { name: "none", fields: [] } }), Undecodable);
  });
});
