/**
 * Entry of a reader thread: runs one request at a time on connections of its own. Started only by `ReaderThread`.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { invariant } from "../errors/mod.ts";
import { type ExactValue, sendReply } from "../types/mod.ts";
import { type AsyncConnection, openAsyncDriver } from "./async_driver.ts";
import { BlockReader } from "./block_reader.ts";
import { collectGarbage } from "./collect_garbage.ts";
import { Connection } from "./connection.ts";
import { newFacts } from "./database_facts.ts";
import { driverName } from "./driver.ts";
import { plainBlobs } from "./prepared_statement.ts";
import { cancelled } from "./refusals.ts";
import { unconverted } from "./unconverted.ts";
import { blobForm, fromBlobForm } from "./unsafe_text.ts";
import {
  packFailure,
  packRows,
  type ReaderReply,
  type ReaderRequest,
  type ReaderWorkerData,
  transferablesOf,
} from "./worker_protocol.ts";

/** Rows read between two looks at the message queue. */
const ROWS_PER_TURN = 4096;
const INTERRUPT_INTERVAL_MS = 2;

type ReadRequest = Extract<ReaderRequest, { kind: "read" }>;

const data = workerData as ReaderWorkerData;
const access = data.readOnly ? "readOnly" : "existing";
let busy = false;
let cancelling: ReturnType<typeof setInterval> | undefined;
let reading: AsyncConnection | undefined;
let scanning: Connection | undefined;
let blocks: { readonly reader: BlockReader; readonly rowid: string } | undefined;

async function readingConnection(): Promise<AsyncConnection> {
  if (reading === undefined) {
    reading = openAsyncDriver(driverName(data.path, access));
    await reading.exec(`PRAGMA busy_timeout = ${data.busyTimeoutMs}; PRAGMA query_only = 1`);
  }
  return reading;
}

function scanningConnection(): Connection {
  if (scanning === undefined) {
    scanning = new Connection(data.path, access, newFacts());
    scanning.control(`PRAGMA busy_timeout = ${data.busyTimeoutMs}; PRAGMA query_only = 1`);
  }
  return scanning;
}

/** Another connection may have changed the schema, which SQLite notices when it runs a statement, not when it prepares one. */
async function lookAtSchema(connection: AsyncConnection): Promise<void> {
  await connection.exec("SELECT 1 FROM sqlite_schema LIMIT 1");
}

/** The text to run for a statement: see {@linkcode ReaderRequest}. */
async function readingForm(
  connection: AsyncConnection,
  sql: string,
  materialize: boolean,
  unsafeText: boolean,
): Promise<string> {
  if (!materialize) return sql;
  const columnCount = (await connection.prepare(sql)).columns().length;
  if (unsafeText) return blobForm(sql, columnCount);
  return `WITH _rhei_rows AS MATERIALIZED (${unconverted(sql, columnCount)}\n) SELECT * FROM _rhei_rows`;
}

async function read({ sql, materialize, values, unsafeText }: ReadRequest): Promise<ReaderReply> {
  const connection = await readingConnection();
  await lookAtSchema(connection);
  const statement = await connection.prepare(await readingForm(connection, sql, materialize, unsafeText !== null));
  statement.raw(true).safeIntegers(true);
  if (cancelling !== undefined) throw cancelled();
  const cursor = await statement.iterate(values);
  const decoder = unsafeText !== null && materialize ? new TextDecoder(unsafeText, { ignoreBOM: true }) : undefined;
  const rows: ExactValue[][] = [];
  for (let next = cursor.next(); !next.done; next = cursor.next()) {
    plainBlobs(next.value);
    rows.push(decoder === undefined ? next.value : fromBlobForm(next.value, decoder));
    if (rows.length % ROWS_PER_TURN !== 0) continue;
    await nextTurn();
    if (cancelling === undefined) continue;
    // Exhausts the cursor, which would hold its read lock otherwise; the interruption makes that short.
    while (!cursor.next().done);
    throw cancelled();
  }
  // Only an EXPLAIN comes unmaterialized, and SQLite does not end it with its last row.
  if (!materialize) statement.get(values);
  // A common table expression renames columns that are named alike: the statement itself tells the names.
  const described = materialize ? await connection.prepare(sql) : statement;
  const columns = described.columns().map((column) => ({ name: column.name, declaredType: column.type }));
  return { kind: "rows", columns, rows: packRows(rows, columns.length) };
}

/**
 * Interrupts the read under way until it has ended: SQLite forgets an interruption that comes before the statement's first step, which
 * the driver runs on a thread of its own.
 */
function cancelRead(): void {
  cancelling ??= setInterval(() => reading?.interrupt(), INTERRUPT_INTERVAL_MS);
  reading?.interrupt();
}

function endCancelling(): void {
  clearInterval(cancelling);
  cancelling = undefined;
}

/** A thread that ends takes nothing with it: a transaction would go on, and SQLite's write-ahead log grow and grow. */
async function release(): Promise<void> {
  if (scanning?.inTransaction) scanning.control("ROLLBACK");
  scanning?.close();
  reading?.close();
  [scanning, reading, blocks] = [undefined, undefined, undefined];
  await collectGarbage();
}

async function answer(request: ReaderRequest): Promise<ReaderReply> {
  switch (request.kind) {
    case "read":
      return read(request);
    case "pin":
      scanningConnection().control("BEGIN");
      scanningConnection().scalar("select 1 from sqlite_schema limit 1");
      return { kind: "done" };
    case "unpin":
      scanningConnection().control("ROLLBACK");
      return { kind: "done" };
    case "close":
      await release();
      return { kind: "done" };
    case "source":
      blocks = { reader: new BlockReader(scanningConnection(), request.source), rowid: request.rowid };
      return { kind: "done" };
    case "block":
      invariant(blocks !== undefined, "a source is named before its blocks");
      return blocks.reader.readPacked(blocks.rowid, request.range);
    case "exactBlock":
      invariant(blocks !== undefined, "a source is named before its blocks");
      return { kind: "batch", batch: blocks.reader.readExact(blocks.rowid, request.range) };
    case "interrupt":
      invariant(false, "an interruption has no answer");
  }
}

function serve(port: MessagePort): void {
  port.on("message", (request: ReaderRequest) => {
    if (request.kind === "interrupt") {
      // The answer may be on its way already.
      if (busy) cancelRead();
      return;
    }
    busy = true;
    answer(request).catch((error): ReaderReply => ({ kind: "failed", failure: packFailure(error) }))
      .then((reply) => {
        busy = false;
        endCancelling();
        sendReply(data.replies, reply, transferablesOf(reply));
      });
  });
}

invariant(parentPort !== null, "this module runs in a worker thread");
serve(parentPort);
