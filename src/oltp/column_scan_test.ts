import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { ColumnBatch, ColumnClass, ColumnVector, ExactValue } from "../types/mod.ts";
import { numberToExact } from "../types/mod.ts";
import {
  ColumnMisfit,
  type Misfit,
  type OltpClient,
  type OltpSnapshot,
  openOltp,
  type ScanColumn,
  type StoredTable,
} from "./mod.ts";

async function withClient(body: (client: OltpClient) => Promise<void>, path?: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using client = await openOltp({ path: path ?? join(folder, "app.db") });
    await body(client);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The values of a vector, as the rows had them. */
function valuesOf(vector: ColumnVector, rowCount: number): ExactValue[] {
  switch (vector.class) {
    case "text":
    case "blob":
      strictEqual(vector.data.length, rowCount);
      return [...vector.data];
    default:
      strictEqual(vector.data.length, rowCount);
      return Array.from<bigint | number, ExactValue>([...vector.data], (value, row) => {
        if (vector.nulls?.[row] === 1) return null;
        return vector.class === "number" ? numberToExact(value as number) : value;
      });
  }
}

function rowsOf(batches: readonly ColumnBatch[]): ExactValue[][] {
  return batches.flatMap(({ rowCount, columns }) => {
    const values = columns.map((vector) => valuesOf(vector, rowCount));
    return Array.from({ length: rowCount }, (_, row) => values.map((column) => column[row]!));
  });
}

interface ScanOptions {
  readonly from?: string;
  readonly rowid?: string | null;
  readonly batchRows?: number;
  readonly stored?: StoredTable;
  readonly keys?: BigInt64Array;
}

async function scan(
  snapshot: OltpSnapshot,
  columns: readonly ScanColumn[],
  { from = "t", rowid = "rowid", batchRows = 3, ...rest }: ScanOptions = {},
): Promise<ExactValue[][]> {
  const batches = [];
  for await (const batch of snapshot.scanColumns!({ source: { from, columns }, rowid, batchRows, ...rest })) {
    ok(batch.rowCount > 0 && batch.rowCount <= batchRows);
    batches.push(batch);
  }
  return rowsOf(batches);
}

/** Values by class that a scan must give as they are, in a column of the declared type. */
const KEPT: readonly (readonly [string, ColumnClass, string, readonly ExactValue[]])[] = [
  ["integers", "integer", "integer", [
    0n,
    1n,
    -1n,
    2n ** 31n,
    -(2n ** 32n),
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    null,
  ]],
  ["reals", "real", "real", [
    0,
    1.5,
    -2.25,
    0.1 + 0.2,
    5e-324,
    Number.MAX_VALUE,
    1e22,
    2 ** 63,
    Infinity,
    -Infinity,
    null,
  ]],
  ["reals in an untyped column", "real", "", [-0, 0, 1.5, 17.25, null]],
  ["mixed numbers", "number", "numeric", [1n, 2.5, -3n, 2n ** 53n, -(2n ** 53n), 2 ** 63, 1e300, Infinity, null]],
  ["texts", "text", "text", ["", "a", "naïve 東京 🦉", "\ufeffmark", "a,b\n'\"\\", "x".repeat(3000), null]],
  ["texts with the separator", "text", "text", ["a\x1fb", "\x1f", "", null, "c"]],
  ["texts of control characters", "text", "text", ["\x01", "\x1e", "\x7f", "\r\n", null]],
  ["blobs", "blob", "blob", [
    new Uint8Array(0),
    new Uint8Array([0]),
    Uint8Array.from({ length: 256 }, (_, i) => i),
    null,
  ]],
  ["nothing but NULL", "text", "text", [null, null, null, null]],
  ["no numbers but NULL", "integer", "integer", [null]],
];

/** SQL of a value that does not fit the class, in a column of the declared type. */
const MISFITS: readonly (readonly [ColumnClass, string, string, Misfit])[] = [
  ["integer", "", "1.0", "real"],
  ["integer", "", "'1'", "text"],
  ["integer", "", "x'31'", "blob"],
  ["real", "", "1", "integer"],
  ["real", "", "'Inf'", "text"],
  ["number", "numeric", "9007199254740993", "integer beyond 2^53"],
  ["number", "", "3.0", "integral real"],
  ["number", "", "'x'", "text"],
  ["text", "", "1", "integer"],
  ["text", "", "1.5", "real"],
  ["text", "text", "x'61'", "blob"],
  ["text", "text", "'a' || char(0) || 'b'", "text with NUL"],
  ["text", "text", "char(0)", "text with NUL"],
  ["text", "text", "char(0) || char(0)", "text with NUL"],
  ["text", "text", "cast(x'61ff' as text)", "text that is not UTF-8"],
  ["text", "text", "cast(x'c3' as text)", "text that is not UTF-8"],
  ["blob", "", "'2D'", "text"],
  ["blob", "", "5", "integer"],
];

const affinities: Readonly<Record<string, ScanColumn["affinity"]>> = {
  "": "blob",
  integer: "integer",
  real: "real",
  numeric: "numeric",
  text: "text",
  blob: "blob",
};

function scanColumn(columnClass: ColumnClass, declared: string): ScanColumn {
  return { expression: "x", class: columnClass, affinity: affinities[declared]! };
}

/** How `t` stores the column `x`, its first or second, preceded by the rowid if it is the second. */
function storedColumn(declared: string, index: 0 | 1): StoredTable {
  const field = { kind: "field", index, affinity: affinities[declared]!, nullIfMissing: true } as const;
  return { name: "t", fields: index === 0 ? [field] : [{ kind: "rowid" }, field] };
}

/** Stores values of their own storage class: a whole `number` would bind as INTEGER, so REALs go in as text of SQL. */
async function store(client: OltpClient, values: readonly ExactValue[]): Promise<void> {
  for (const value of values) {
    if (typeof value === "number" && Number.isFinite(value) && !Object.is(value, -0)) {
      await client.execute(`insert into t (x) values (${Number.isInteger(value) ? value.toExponential() : value})`);
    } else await client.execute("insert into t (x) values (?)", [value]);
  }
}

for (const [name, columnClass, declared, values] of KEPT) {
  Deno.test(`scanColumns() and readColumns() keep ${name}`, async () => {
    await withClient(async (client) => {
      await client.execute(`create table t (x ${declared})`);
      await store(client, values);
      const columns = [scanColumn(columnClass, declared)];
      await using snapshot = await client.snapshot();
      const expected = values.map((value) => [value]);
      const stored = storedColumn(declared, 0);
      deepStrictEqual(await scan(snapshot, columns), expected);
      deepStrictEqual(await scan(snapshot, columns, { stored }), expected);
      deepStrictEqual(await scan(snapshot, columns, { rowid: null }), expected);
      deepStrictEqual(rowsOf([await snapshot.readColumns!({ from: "t", columns })]), expected);
      const keys = BigInt64Array.of(-1n, 1n, 3n, 4n, 100n);
      const named = expected.filter((_, at) => keys.includes(BigInt(at + 1)));
      deepStrictEqual(await scan(snapshot, columns, { keys }), named);
      deepStrictEqual(await scan(snapshot, columns, { keys, stored, batchRows: 2 }), named);
    });
  });
}

for (const [columnClass, declared, sql, met] of MISFITS) {
  Deno.test(`scanColumns() and readColumns() report ${sql} in a column of class ${columnClass}`, async () => {
    await withClient(async (client) => {
      await client.execute(`create table t (a, x ${declared})`);
      await client.execute("insert into t (x) values (null)");
      await client.execute(`insert into t (x) values (${sql})`);
      const columns = [{ expression: "1", class: "integer" as const }, scanColumn(columnClass, declared)];
      await using snapshot = await client.snapshot();
      const reported = (error: unknown) => {
        ok(error instanceof ColumnMisfit, String(error));
        deepStrictEqual([error.columnIndex, error.expected, error.met], [1, columnClass, met]);
        return true;
      };
      await rejects(() => scan(snapshot, columns), reported);
      await rejects(() => scan(snapshot, columns, { rowid: null }), reported);
      const withRowid = [{ expression: "rowid", class: "integer" as const }, scanColumn(columnClass, declared)];
      await rejects(() => scan(snapshot, withRowid, { stored: storedColumn(declared, 1) }), reported);
      await rejects(() => snapshot.readColumns!({ from: "t", columns }), reported);
    });
  });
}

Deno.test("scanColumns() keeps random reals bit by bit", async () => {
  await withClient(async (client) => {
    await client.execute("create table t (x real)");
    const bits = new BigUint64Array(1);
    const value = new Float64Array(bits.buffer);
    const expected: number[] = [];
    for (let state = 1n; expected.length < 2000;) {
      state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
      bits[0] = state;
      if (Number.isNaN(value[0]!) || Number.isInteger(value[0]!)) continue;
      expected.push(value[0]!);
    }
    await client.batch(expected.map((x) => ({ sql: "insert into t values (?)", params: [x] })));
    await using snapshot = await client.snapshot();
    const rows = await scan(snapshot, [scanColumn("real", "real")], { batchRows: 700 });
    deepStrictEqual(rows.map(([x]) => x), expected);
  });
});

Deno.test("scanColumns() reaches rowids at both ends of their range", async () => {
  await withClient(async (client) => {
    await client.execute("create table t (id integer primary key)");
    const ids = [-(2n ** 63n), -5n, 0n, 7n, 8n, 2n ** 40n, 2n ** 63n - 1n];
    await client.batch(ids.map((id) => ({ sql: "insert into t values (?)", params: [id] })));
    for (const open of [false, true]) {
      await using snapshot = await client.snapshot({ scan: open });
      const rows = await scan(snapshot, [{ expression: "id", class: "integer" }], { batchRows: 2 });
      deepStrictEqual(rows.map(([id]) => id as bigint).sort((a, b) => a < b ? -1 : 1), ids);
    }
  });
});

Deno.test("scanColumns() on threads sees the snapshot's state while writes go on", async () => {
  await withClient(async (client) => {
    await client.execute("create table t (id integer primary key, x text)");
    const fill = (sign: number) =>
      client.execute(
        `with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000)
         insert into t select ${sign} * i, case when i % 3 = 0 then null else 'row ' || i end from n`,
      );
    await fill(1);
    await using snapshot = await client.snapshot({ scan: true });
    await fill(-1);
    const columns: ScanColumn[] = [{ expression: "id", class: "integer" }, { expression: "x", class: "text" }];
    const rows = await scan(snapshot, columns, { batchRows: 400 });
    strictEqual(rows.length, 5000);
    rows.sort(([a], [b]) => Number(a) - Number(b));
    deepStrictEqual(rows[2], [3n, null]);
    deepStrictEqual(rows[4999], [5000n, "row 5000"]);
    await client.execute("update t set x = cast(x'ff' as text) where id = 1");
    const fields = [{ kind: "rowid" }, { kind: "field", index: 1, affinity: "text", nullIfMissing: true }] as const;
    for (const rest of [{}, { stored: { name: "t", fields } }]) {
      strictEqual((await scan(snapshot, columns, { batchRows: 400, ...rest })).length, 5000);
      const keys = BigInt64Array.from({ length: 2000 }, (_, i) => BigInt(i * 3 - 900));
      const named = await scan(snapshot, columns, { batchRows: 400, keys, ...rest });
      strictEqual(named.length, 1666);
      deepStrictEqual(named.find(([id]) => id === 4998n), [4998n, null]);
    }
    await using later = await client.snapshot({ scan: true });
    await rejects(() => scan(later, columns), (error) => error instanceof ColumnMisfit && error.columnIndex === 1);
  });
});

Deno.test("close() of a snapshot on threads ends their read transactions", async () => {
  await withClient(async (client) => {
    await client.execute("create table t (x integer)");
    await client.execute("insert into t values (1), (2)");
    for (const isRead of [true, false]) {
      const snapshot = await client.snapshot({ scan: true });
      if (isRead) strictEqual((await scan(snapshot, [scanColumn("integer", "integer")])).length, 2);
      await snapshot.close();
      await client.execute("insert into t values (3)");
      const [[isBusy] = []] = (await client.execute("pragma wal_checkpoint(truncate)")).rows.rows;
      strictEqual(isBusy, 0n);
      await client.execute("delete from t where x = 3");
    }
  });
});

Deno.test("scanColumns() can be left early and begun again", async () => {
  await withClient(async (client) => {
    await client.execute("create table t (x integer)");
    await client.batch(Array.from({ length: 100 }, (_, i) => ({ sql: "insert into t values (?)", params: [i] })));
    for (const open of [false, true]) {
      await using snapshot = await client.snapshot({ scan: open });
      const columns = [scanColumn("integer", "integer")];
      for await (const _ of snapshot.scanColumns!({ source: { from: "t", columns }, rowid: "rowid", batchRows: 2 })) {
        break;
      }
      strictEqual((await scan(snapshot, columns)).length, 100);
    }
  });
});

Deno.test("scanColumns() is cancelled by its signal", async () => {
  await withClient(async (client) => {
    await client.execute("create table t (x integer)");
    await client.execute("insert into t values (1), (2)");
    await using snapshot = await client.snapshot();
    for (const rowid of ["rowid", null]) {
      const columns = [scanColumn("integer", "integer")];
      const aborted = snapshot.scanColumns!({
        source: { from: "t", columns },
        rowid,
        batchRows: 1,
        signal: AbortSignal.abort(),
      });
      await rejects(async () => {
        for await (const _ of aborted);
      }, { code: "CANCELLED" });
    }
  });
});

Deno.test("scanColumns() gives nothing for an empty table", async () => {
  await withClient(async (client) => {
    await client.execute("create table t (x integer)");
    await using snapshot = await client.snapshot();
    const columns = [scanColumn("integer", "integer")];
    deepStrictEqual(await scan(snapshot, columns), []);
    deepStrictEqual(await scan(snapshot, columns, { rowid: null }), []);
    strictEqual((await snapshot.readColumns!({ from: "t", columns })).rowCount, 0);
  });
});

Deno.test("scanColumns() reads tables without rowid, joins and expressions", async () => {
  await withClient(async (client) => {
    await client.execute("create table t (a text, b integer, primary key (a, b)) without rowid");
    await client.execute("insert into t values ('x', 2), ('x', 1), ('w', 9)");
    await using snapshot = await client.snapshot();
    const columns: ScanColumn[] = [{ expression: "t.a || '!'", class: "text" }, {
      expression: "t.b * 2",
      class: "integer",
    }];
    const expected = [["w!", 18n], ["x!", 2n], ["x!", 4n]];
    deepStrictEqual(await scan(snapshot, columns, { rowid: null }), expected);
    const from = "t join (select 'x' as a) picked on picked.a = t.a";
    deepStrictEqual(rowsOf([await snapshot.readColumns!({ from, columns })]), expected.slice(1));
  });
});

for (const encoding of ["UTF-16le", "UTF-16be"]) {
  Deno.test(`scanColumns() reads a ${encoding} database`, async () => {
    await withClient(async (client) => {
      await client.execute(`pragma encoding = '${encoding}'`);
      await client.execute("create table t (x text)");
      const texts = ["", "a", "naïve 東京 🦉", null];
      await client.batch(texts.map((x) => ({ sql: "insert into t values (?)", params: [x] })));
      await using snapshot = await client.snapshot();
      const columns = [scanColumn("text", "text")];
      deepStrictEqual(await scan(snapshot, columns), texts.map((x) => [x]));
      deepStrictEqual(rowsOf([await snapshot.readColumns!({ from: "t", columns })]), texts.map((x) => [x]));
    }, ":memory:");
  });
}
