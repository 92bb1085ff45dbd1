import { setImmediate } from "node:timers/promises";
import { RheiError } from "../errors/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import { foldName, quoteName, type SystemPeriod, type VersionColumn } from "../sql/mod.ts";
import {
  affinityOf,
  decodeExact,
  type ExactValue,
  HISTORY_COLUMNS,
  instantText,
  type MirrorTable,
  ROWID_COLUMN,
  rowidName,
  type TableHistory,
  UndecodableText,
} from "../types/mod.ts";
import { cancelled } from "./cancelled.ts";
import { ExactInsert, TextBytes } from "./exact_insert.ts";
import type { BegunScan } from "./pinned_mirror.ts";

/** Rows of one table to copy. */
export interface VersionsCopied {
  readonly copy: OltpClient;
  /** Name of the table to make, as SQL text. */
  readonly name: string;
  readonly history: TableHistory;
  readonly columns: readonly VersionColumn[];
  /** `null` for the present rows. */
  readonly period: SystemPeriod | null;
  /** The parts of the history, begun at one state; of the present rows the living ones alone. */
  readonly living: BegunScan;
  readonly ended: BegunScan | null;
  /** Whether the source's texts are in UTF-8. */
  readonly isUtf8: boolean;
  readonly signal: AbortSignal | undefined;
}

type Row = readonly ExactValue[];
type CopiedRow = readonly (ExactValue | TextBytes)[];

/** Rows between which other work of the thread gets its turn. */
const ROWS_PER_TURN = 2000;

/** Makes an ordinary table of the versions in a period. Its rows come in the order of their keys and times. */
export async function copyVersions(request: VersionsCopied): Promise<void> {
  const { copy, name, history, columns, period } = request;
  const shown = columns.filter(({ column }) => !column.hidden);
  const names = shown.map(({ column }) => quoteName(column.name));
  const rowid = columns.filter(({ column }) => column.hidden);
  if (period === null || period.kind === "asOf") {
    await copy.execute(createTable(name, shown, history));
    // A column that was dropped may hide a name that the table's own leave to the rowid.
    const free = rowidName(new Set(shown.map(({ column }) => foldName(column.name))));
    const known = free === null ? [] : rowid;
    await fill(request, name, [...known.map(() => free!), ...names], [...known, ...shown]);
    return;
  }
  const staged = `${name}_staged`;
  const order = [...history.open.keyColumns, HISTORY_COLUMNS.validFrom].map(quoteName);
  await copy.execute(
    `CREATE TABLE ${staged} (${[...rowid.map(() => ROWID_COLUMN), ...shown.map(defined)].join(", ")})`,
  );
  await fill(request, staged, [...rowid.map(() => ROWID_COLUMN), ...names], [...rowid, ...shown]);
  await copy.execute(createTable(name, shown, null));
  await copy.execute(`INSERT INTO ${name} SELECT ${names.join(", ")} FROM ${staged} ORDER BY ${order.join(", ")}`);
  await copy.execute(`DROP TABLE ${staged}`);
}

/** @param names Of the columns, as SQL text. */
async function fill(
  request: VersionsCopied,
  table: string,
  names: readonly string[],
  columns: readonly VersionColumn[],
): Promise<void> {
  const { copy, signal } = request;
  const insert = new ExactInsert(table, names);
  await copy.transaction(async (transaction) => {
    let count = 0;
    for await (const row of versions(request, columns)) {
      await insert.run(transaction, row);
      if (++count % ROWS_PER_TURN === 0) {
        await setImmediate();
        if (signal?.aborted) throw cancelled(signal);
      }
    }
  });
}

/** @param keyed Set where the rows have the key of the table itself. */
function createTable(name: string, columns: readonly VersionColumn[], keyed: TableHistory | null): string {
  const key = keyed?.open.source.key;
  const alias = key?.kind === "rowid" ? key.alias : null;
  const definitions = columns.map((version) =>
    version.column.name === alias ? `${quoteName(alias)} INTEGER PRIMARY KEY` : defined(version)
  );
  if (key?.kind !== "primaryKey") return `CREATE TABLE ${name} (${definitions.join(", ")})`;
  const primary = `PRIMARY KEY (${key.columns.map(quoteName).join(", ")})`;
  return `CREATE TABLE ${name} (${[...definitions, primary].join(", ")}) WITHOUT ROWID`;
}

function defined({ column: { name, affinity, declaredType, collation } }: VersionColumn): string {
  const collated = collation === null ? "" : ` COLLATE ${quoteName(collation.name)}`;
  // The ANY of a STRICT table, which keeps values as they come, would turn texts into numbers in the copy.
  const type = affinityOf(declaredType) === affinity ? declaredType ?? "" : "";
  return `${quoteName(name)} ${type}${collated}`;
}

/** The rows of living versions, then of those that had ended. */
async function* versions(request: VersionsCopied, columns: readonly VersionColumn[]): AsyncGenerator<CopiedRow> {
  const { living, ended, history: { open, closed }, period, isUtf8 } = request;
  const read = { open: reader(open, columns, "open", isUtf8), closed: reader(closed, columns, "closed", isUtf8) };
  const [openFrom, from, to] = [
    indexOf(open, HISTORY_COLUMNS.validFrom),
    indexOf(closed, HISTORY_COLUMNS.validFrom),
    indexOf(closed, HISTORY_COLUMNS.validTo),
  ];
  for await (const row of living.rows) {
    if (period === null || isWithin(period, row[openFrom] as bigint, null)) yield read.open(row);
  }
  if (ended === null || period === null) return;
  for await (const row of ended.rows) {
    if (isWithin(period, row[from] as bigint, row[to] as bigint)) yield read.closed(row);
  }
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
function reader(
  table: MirrorTable,
  columns: readonly VersionColumn[],
  part: "open" | "closed",
  isUtf8: boolean,
): (row: Row) => CopiedRow {
  const reads = columns.map((version): (row: Row) => ExactValue | TextBytes => {
    const at = version[part];
    if (at < 0) return () => null;
    const { name } = version.column;
    if (name === HISTORY_COLUMNS.validFrom || name === HISTORY_COLUMNS.validTo) {
      return (row) => instantText(row[at] as bigint);
    }
    const isEncoded = table.history?.encoded.includes(table.columns[at]!.name) ?? false;
    return isEncoded ? (row) => decoded(row[at] as Uint8Array | null, name, isUtf8) : (row) => row[at]!;
  });
  return (row) => reads.map((read) => read(row));
}

/** @param isUtf8 Whether that is the source's encoding, and so that of the bytes kept of a text that cannot be decoded. */
function decoded(bytes: Uint8Array | null, column: string, isUtf8: boolean): ExactValue | TextBytes {
  const value = decodeExact(bytes);
  if (!(value instanceof UndecodableText)) return value;
  if (isUtf8) return new TextBytes(value.bytes);
  throw new RheiError(
    "HISTORY_UNAVAILABLE",
    `Cannot read the versions of column "${column}": a text is not valid UTF-16`,
    {
      hint: "name other columns instead of *",
    },
  );
}
