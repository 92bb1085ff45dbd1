import { setImmediate } from "node:timers/promises";
import { invariant, RheiError } from "../errors/mod.ts";
import { quoteName } from "../cdc/mod.ts";
import type { OlapBackend } from "../olap/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import type { SystemPeriod, VersionColumn } from "../sql/mod.ts";
import {
  decodeExact,
  type ExactValue,
  HISTORY_COLUMNS,
  instantText,
  type MirrorTable,
  ROWID_COLUMN,
  type TableHistory,
  UndecodableText,
} from "../types/mod.ts";
import { cancelled } from "./cancelled.ts";

/** Versions of one table to copy. */
export interface VersionsCopied {
  readonly backend: OlapBackend;
  readonly copy: OltpClient;
  /** Name of the table to make. */
  readonly name: string;
  readonly history: TableHistory;
  readonly columns: readonly VersionColumn[];
  readonly period: SystemPeriod;
  readonly signal: AbortSignal | undefined;
}

type Row = readonly ExactValue[];

/** Rows between which other work of the thread gets its turn. */
const ROWS_PER_TURN = 2000;

/** How often the beginning of the scan is tried again where the mirror moves on meanwhile. */
const PINS_MAX = 100;

/** Makes an ordinary table of the versions in a period. Its rows come in the order of their keys and times. */
export async function copyVersions(request: VersionsCopied): Promise<void> {
  const { copy, name, history, columns, period } = request;
  const { key } = history.open.source;
  const shown = columns.filter(({ column }) => !column.hidden);
  const keepsRowid = period.kind === "asOf" && key.kind === "rowid" && key.alias === null;
  const staged = period.kind === "asOf" ? name : `${name}_staged`;
  await copy.execute(createTable(staged, shown, period.kind === "asOf" ? history : null));
  const names = [...(keepsRowid ? ["rowid"] : []), ...shown.map(({ column }) => quoteName(column.name))];
  const rowid = columns.find(({ column }) => column.hidden);
  const filled = keepsRowid && rowid !== undefined ? [rowid, ...shown] : shown;
  const insert = `INSERT INTO ${staged} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
  await copy.transaction(async (transaction) => {
    let count = 0;
    for await (const row of versions(request, filled)) {
      await transaction.execute(insert, row);
      if (++count % ROWS_PER_TURN === 0) {
        await setImmediate();
        if (request.signal?.aborted) throw cancelled(request.signal);
      }
    }
  });
  if (staged === name) return;
  const keys = history.open.keyColumns.filter((column) => column !== ROWID_COLUMN).map(quoteName);
  const order = [...keys, HISTORY_COLUMNS.validFrom].join(", ");
  await copy.execute(createTable(name, shown, null));
  await copy.execute(`INSERT INTO ${name} SELECT * FROM ${staged} ORDER BY ${order}`);
  await copy.execute(`DROP TABLE ${staged}`);
}

/** @param keyed Set where the rows have the key of the table itself. */
function createTable(name: string, columns: readonly VersionColumn[], keyed: TableHistory | null): string {
  const key = keyed?.open.source.key;
  const alias = key?.kind === "rowid" ? key.alias : null;
  const definitions = columns.map(({ column }) => {
    if (column.name === alias) return `${quoteName(column.name)} INTEGER PRIMARY KEY`;
    const collation = column.collation === null ? "" : ` COLLATE ${quoteName(column.collation.name)}`;
    return `${quoteName(column.name)} ${column.declaredType ?? ""}${collation}`;
  });
  if (key?.kind !== "primaryKey") return `CREATE TABLE ${name} (${definitions.join(", ")})`;
  const primary = `PRIMARY KEY (${key.columns.map(quoteName).join(", ")})`;
  return `CREATE TABLE ${name} (${[...definitions, primary].join(", ")}) WITHOUT ROWID`;
}

/** The versions' rows: living ones as of one state of the mirror, then those that had ended by then. */
async function* versions(request: VersionsCopied, columns: readonly VersionColumn[]): AsyncGenerator<Row> {
  const { backend, history: { open, closed }, period } = request;
  const [living, endedBy] = await pinnedScan(backend, open);
  const read = { open: reader(open, columns, "open"), closed: reader(closed, columns, "closed") };
  const [openFrom, from, to] = [
    indexOf(open, HISTORY_COLUMNS.validFrom),
    indexOf(closed, HISTORY_COLUMNS.validFrom),
    indexOf(closed, HISTORY_COLUMNS.validTo),
  ];
  for await (const row of living) {
    if (isWithin(period, row[openFrom] as bigint, null)) yield read.open(row);
  }
  for await (const batch of backend.scan(closed.name)) {
    for (const row of batch) {
      const ended = row[to] as bigint;
      if (ended <= endedBy && isWithin(period, row[from] as bigint, ended)) yield read.closed(row);
    }
  }
}

/** The rows of a table as of a state whose time is known: what ended later was living then. */
async function pinnedScan(backend: OlapBackend, table: MirrorTable): Promise<[AsyncGenerator<Row>, bigint]> {
  for (let attempt = 1;; attempt++) {
    const before = await backend.state();
    const batches = backend.scan(table.name)[Symbol.asyncIterator]();
    const first = await batches.next();
    const after = await backend.state();
    if (before !== null && before.state.token === after?.state.token) {
      return [rowsOf(first, batches), BigInt(before.state.historyTime ?? 0)];
    }
    await batches.return?.();
    invariant(attempt < PINS_MAX, "a mirror stays as it is for as long as it takes to begin a scan");
  }
}

async function* rowsOf(
  first: IteratorResult<readonly Row[]>,
  rest: AsyncIterator<readonly Row[]>,
): AsyncGenerator<Row> {
  for (let batch = first; !batch.done; batch = await rest.next()) yield* batch.value;
}

function isWithin(period: SystemPeriod, from: bigint, to: bigint | null): boolean {
  switch (period.kind) {
    case "asOf":
      return from <= period.at && (to === null || to > period.at);
    case "between":
      return period.from <= period.to && from <= period.to && (to === null || to > period.from);
    case "all":
      return true;
  }
}

function indexOf(table: MirrorTable, name: string): number {
  return table.columns.findIndex((column) => column.name === name);
}

/** Reads the columns of a version off a row of a part. */
function reader(table: MirrorTable, columns: readonly VersionColumn[], part: "open" | "closed"): (row: Row) => Row {
  const reads = columns.map((version): (row: Row) => ExactValue => {
    const at = version[part];
    if (at < 0) return () => null;
    const { name } = version.column;
    if (name === HISTORY_COLUMNS.validFrom || name === HISTORY_COLUMNS.validTo) {
      return (row) => instantText(row[at] as bigint);
    }
    const isEncoded = table.history?.encoded.includes(table.columns[at]!.name) ?? false;
    return isEncoded ? (row) => decoded(row[at] as Uint8Array | null, name) : (row) => row[at]!;
  });
  return (row) => reads.map((read) => read(row));
}

function decoded(bytes: Uint8Array | null, column: string): ExactValue {
  const value = decodeExact(bytes);
  if (!(value instanceof UndecodableText)) return value;
  throw new RheiError(
    "HISTORY_UNAVAILABLE",
    `Cannot read the versions of column "${column}": a text is not valid UTF-8`,
    {
      hint: "name other columns instead of *",
    },
  );
}
