/**
 * OLTP: `OltpClient` against bare libsql prepared statements in the same run.
 *
 *     deno run -A bench/oltp.ts [ROWS]
 *
 * Aims: point reads and batched inserts at 0.8 of bare or better; a columnar scan of 400,000 rows/s on two cores.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import Database from "libsql";
import { type OltpClient, openOltp, type ScanColumn, type Statement } from "../src/oltp/mod.ts";
import type { ColumnVector } from "../src/types/mod.ts";

/** One comparison. */
export interface BenchResult {
  readonly name: string;
  readonly perSecond: number;
  readonly baselinePerSecond: number;
  /** Of what was read or written, equal on both sides. */
  readonly hash: number;
}

const ROUNDS = 5;
const BATCH_ROWS = 1000;
const SCAN_COLUMNS: readonly ScanColumn[] = [
  ...["order_key", "part_key", "supp_key", "line"].map((expression) => column(expression, "integer")),
  ...["quantity", "price", "discount", "tax"].map((expression) => column(expression, "real")),
  ...["flag", "status", "shipped", "committed", "received", "instruction", "mode", "comment"]
    .map((expression) => column(expression, "text")),
];
const INSERT = "insert into line values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const SELECT = "select order_key, price, comment from line where rowid = ?";

function column(expression: string, columnClass: "integer" | "real" | "text"): ScanColumn {
  return { expression, class: columnClass, affinity: columnClass };
}

/** A fixed sequence of numbers from 0 to below 1 (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rows like TPC-H's line items. */
function makeRows(rowCount: number): (bigint | number | string)[][] {
  const random = randoms(7);
  const integer = (limit: number) => BigInt(Math.floor(random() * limit));
  const date = () => `199${integer(8)}-0${1n + integer(9)}-${10n + integer(18)}`;
  const cents = (limit: number) => Math.round(random() * limit) / 100;
  return Array.from({ length: rowCount }, (_, i) => [
    ...[BigInt(i >> 2), integer(20000), integer(1000), BigInt(i & 3)],
    ...[Number(1n + integer(50)) + 0.5, cents(1e7), cents(10), cents(8)],
    ...["NRA"[Number(integer(3))]!, "OF"[Number(integer(2))]!, date(), date(), date()],
    ...["DELIVER IN PERSON", "TRUCK", `carefully ${integer(1e9)} final deposits`],
  ]);
}

/** Runs all comparisons on a new database of `rowCount` rows. */
export async function benchOltp(rowCount: number): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "rhei-bench-"));
  try {
    const rows = makeRows(rowCount);
    const path = join(folder, "bench.db");
    await using client = await openOltp({ path });
    // deno-lint-ignore no-explicit-any
    const bare: any = new Database(join(folder, "bare.db"));
    bare.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const inserted = await benchInserts(client, bare, rows);
    return [inserted, await benchReads(client, bare, rowCount), await benchScan(client, bare)];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Best of several rounds, in steps per second, the two sides taking turns so that both see the same machine. */
async function compare(
  name: string,
  steps: number,
  ours: () => Promise<number>,
  baseline: () => number,
): Promise<BenchResult> {
  let [oursMs, baselineMs, hash] = [Infinity, Infinity, 0];
  for (let round = 0; round < ROUNDS; round++) {
    let start = performance.now();
    const expected = baseline();
    baselineMs = Math.min(baselineMs, performance.now() - start);
    start = performance.now();
    hash = await ours();
    oursMs = Math.min(oursMs, performance.now() - start);
    if (hash !== expected) throw new Error(`${name}: ${hash} instead of ${expected}`);
  }
  return { name, perSecond: steps / oursMs * 1000, baselinePerSecond: steps / baselineMs * 1000, hash };
}

// deno-lint-ignore no-explicit-any
async function benchInserts(client: OltpClient, bare: any, rows: (bigint | number | string)[][]): Promise<BenchResult> {
  const names = SCAN_COLUMNS.map((column) => `${column.expression} ${column.affinity}`).join(", ");
  const create = `create table line (${names})`;
  await client.execute(create);
  bare.exec(create);
  const insert = bare.prepare(INSERT);
  const batches: Statement[][] = [];
  for (let i = 0; i < rows.length; i += BATCH_ROWS) {
    batches.push(rows.slice(i, i + BATCH_ROWS).map((params) => ({ sql: INSERT, params })));
  }
  return compare("batched inserts", rows.length, async () => {
    await client.execute("delete from line");
    let affected = 0;
    for (const batch of batches) for (const result of await client.batch(batch)) affected += result.rowsAffected;
    return affected;
  }, () => {
    bare.exec("delete from line");
    let affected = 0;
    for (let i = 0; i < rows.length; i += BATCH_ROWS) {
      bare.exec("begin immediate");
      for (const row of rows.slice(i, i + BATCH_ROWS)) affected += insert.run(row).changes;
      bare.exec("commit");
    }
    return affected;
  });
}

// deno-lint-ignore no-explicit-any
async function benchReads(client: OltpClient, bare: any, rowCount: number): Promise<BenchResult> {
  const random = randoms(11);
  const keys = Array.from({ length: Math.min(rowCount, 20000) }, () => BigInt(1 + Math.floor(random() * rowCount)));
  const select = bare.prepare(SELECT).raw(true).safeIntegers(true);
  return compare("point reads", keys.length, async () => {
    let sum = 0;
    for (const key of keys) sum += (await client.query(SELECT, [key])).rows[0]![1] as number;
    return sum;
  }, () => {
    let sum = 0;
    for (const key of keys) sum += select.get([key])[1];
    return sum;
  });
}

// deno-lint-ignore no-explicit-any
async function benchScan(client: OltpClient, bare: any): Promise<BenchResult> {
  const names = SCAN_COLUMNS.map((column) => column.expression).join(", ");
  const all = bare.prepare(`select ${names} from line`).raw(true).safeIntegers(true);
  const [[rowCount]] = (await client.query("select count(*) from line")).rows as [[bigint]];
  // A machine's threads take a while to start: the snapshot is opened outside the measured time, as sync does it once.
  await using snapshot = await client.snapshot({ scan: true });
  return await compare("columnar scan", Number(rowCount), async () => {
    let sum = 0;
    const scan = { source: { from: "line", columns: SCAN_COLUMNS }, rowid: "rowid", batchRows: 16384 };
    for await (const batch of snapshot.scanColumns!(scan)) sum += sumOf(batch.columns[4]!);
    return sum;
  }, () => {
    let sum = 0;
    for (const row of all.iterate()) sum += row[4];
    return sum;
  });
}

function sumOf(vector: ColumnVector): number {
  let sum = 0;
  if (vector.class === "real") { for (const value of vector.data) sum += value; }
  return sum;
}

/** One line for a result. */
export function describeResult({ name, perSecond, baselinePerSecond, hash }: BenchResult): string {
  const count = (value: number) => Math.round(value).toLocaleString("en");
  return `${name.padEnd(16)} ${count(perSecond).padStart(9)}/s   bare libsql ${
    count(baselinePerSecond).padStart(9)
  }/s   ` +
    `ratio ${(perSecond / baselinePerSecond).toFixed(2)}   hash ${hash}`;
}

if (import.meta.main) {
  for (const result of await benchOltp(Number(process.argv[2] ?? 200_000))) {
    process.stdout.write(`${describeResult(result)}\n`);
  }
}
