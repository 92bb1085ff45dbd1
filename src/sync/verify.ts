import type { OlapBackend } from "../olap/mod.ts";
import type { OltpSnapshot } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";
import type { ExactValue, MirrorTable, Watermark } from "../types/mod.ts";
import { batchedRows } from "./batched_rows.ts";
import { type HistoryComparison, verifyHistory } from "./history/verify_history.ts";
import { compareKeys, sameValue } from "./compare_exact.ts";
import type { MirrorContents } from "./mirror_contents.ts";
import { fromSource, keyExpressions, keyPositions, mirrorExpressions } from "./mirror_layout.ts";

/** A key at which source and mirror differ. */
export interface Difference {
  /** Values of the key's columns. */
  readonly key: readonly ExactValue[];
  /** What is wrong there. */
  readonly kind: "missing in mirror" | "only in mirror" | "different";
  /** Names of the columns that differ; empty unless `different`. */
  readonly columns: readonly string[];
}

/** Outcome for one table. */
export interface TableComparison {
  /** The table. */
  readonly name: string;
  /** Names of the columns by which rows are told apart. */
  readonly keyColumns: readonly string[];
  /** Rows in the database. */
  readonly sourceRows: number;
  /** Rows in the mirror. */
  readonly mirrorRows: number;
  /** All differing keys. */
  readonly differenceCount: number;
  /** The first of them, in key order. */
  readonly differences: readonly Difference[];
}

/** Outcome of a comparison by content. */
export interface VerifyReport {
  /** Whether no table differs. */
  readonly equal: boolean;
  /** The last change of the state that was compared. */
  readonly watermark: Watermark;
  /** The outcome for each table. */
  readonly tables: readonly TableComparison[];
  /** The outcome for each history that is kept up; empty unless the sync mode is temporal. */
  readonly history: readonly HistoryComparison[];
  /** Tables of the source that are not in the mirror, with the reason: queries read them from the source. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/** Differing keys named per table. */
const DIFFERENCES_MAX = 10;
const BATCH_ROWS = 10_000;
const ACTION = "verify the mirror";

/** Compares every mirrored table with the snapshot, which must be of the mirror's state. */
export async function compareTables(
  snapshot: OltpSnapshot,
  olap: OlapBackend,
  contents: MirrorContents,
  watermark: Watermark,
  signal: AbortSignal | undefined,
): Promise<VerifyReport> {
  const tables: TableComparison[] = [];
  const { rows } = await snapshot.query("SELECT encoding FROM pragma_encoding");
  const decoder = new TextDecoder(String(rows[0]?.[0]), { fatal: true, ignoreBOM: true });
  for (const table of contents.tables.values()) {
    tables.push(await compareTable(snapshot, olap, table, decoder, signal));
  }
  const history = await verifyHistories(snapshot, olap, contents, signal);
  return {
    equal: tables.every((table) => table.differenceCount === 0) && history.every((each) => each.faultCount === 0),
    watermark,
    tables,
    history,
    absent: [...contents.absences.values()].map(({ name, reason }) => ({ name, reason })),
  };
}

/** Those of tables whose capture is not renewed yet cannot be compared: the next sync brings them in line. */
async function verifyHistories(
  snapshot: OltpSnapshot,
  olap: OlapBackend,
  { history, absences }: MirrorContents,
  signal: AbortSignal | undefined,
): Promise<HistoryComparison[]> {
  const comparisons: HistoryComparison[] = [];
  for (const each of history.values()) {
    const part = each.open.history;
    const absence = absences.get(foldName(part?.of ?? ""));
    if (!part?.live || absence?.unfit === null) continue;
    comparisons.push(await verifyHistory(snapshot, olap, each, signal));
  }
  return comparisons;
}

type Row = readonly ExactValue[];

async function compareTable(
  snapshot: OltpSnapshot,
  olap: OlapBackend,
  table: MirrorTable,
  decoder: TextDecoder,
  signal: AbortSignal | undefined,
): Promise<TableComparison> {
  const { source } = table;
  const order = keyExpressions(source).map((key) => source.key.kind === "rowid" ? key : `${key} COLLATE BINARY`);
  const sql = `SELECT ${exactExpressions(table).join(", ")} ${fromSource({ schema: source })} ORDER BY ${
    order.join(", ")
  }`;
  const keys = keyPositions(table);
  const keyOf = (row: Row) => keys.map((position) => row[position] ?? null);
  const sourceRows = batchedRows(decodedRows(snapshot.stream(sql, [], BATCH_ROWS), table, decoder), ACTION, signal);
  const mirrorRows = batchedRows(olap.scan(table.name), ACTION, signal);
  const differences: Difference[] = [];
  let [sourceCount, mirrorCount, differenceCount] = [0, 0, 0];
  const differ = (row: Row, kind: Difference["kind"], columns: readonly string[]) => {
    if (++differenceCount <= DIFFERENCES_MAX) differences.push({ key: keyOf(row), kind, columns });
  };
  try {
    let ours = await sourceRows.next();
    let theirs = await mirrorRows.next();
    while (ours !== null || theirs !== null) {
      const side = ours === null ? 1 : theirs === null ? -1 : compareKeys(keyOf(ours), keyOf(theirs));
      if (side < 0 && ours !== null) differ(ours, "missing in mirror", []);
      else if (side > 0 && theirs !== null) differ(theirs, "only in mirror", []);
      else if (ours !== null && theirs !== null) {
        const columns = differingColumns(table, ours, theirs);
        if (columns.length > 0) differ(ours, "different", columns);
      }
      if (side <= 0) {
        sourceCount++;
        ours = sourceRows.nextBuffered() ?? await sourceRows.next();
      }
      if (side >= 0) {
        mirrorCount++;
        theirs = mirrorRows.nextBuffered() ?? await mirrorRows.next();
      }
    }
  } finally {
    await Promise.all([sourceRows.end(), mirrorRows.end()]);
  }
  return {
    name: table.name,
    keyColumns: table.keyColumns,
    sourceRows: sourceCount,
    mirrorRows: mirrorCount,
    differenceCount,
    differences,
  };
}

/** Stands for bytes that are no text: equal to nothing a text column of the mirror can hold. */
const NO_TEXT = 0n;

/**
 * Text is read as bytes: the driver cuts text at a NUL and cannot take any that is not UTF-8. A value that is not of its column's
 * class comes as something the mirror cannot hold there.
 */
function exactExpressions(table: MirrorTable): string[] {
  return mirrorExpressions(table.source).map((value, at) => {
    switch (table.columns[at]?.class) {
      case "text":
        return `CASE typeof(${value}) WHEN 'text' THEN CAST(${value} AS BLOB) WHEN 'null' THEN NULL ELSE 0 END`;
      case "blob":
        return `CASE WHEN typeof(${value}) IN ('blob', 'null') THEN ${value} ELSE 0 END`;
      default:
        return `CASE WHEN typeof(${value}) IN ('text', 'blob') THEN x'' ELSE ${value} END`;
    }
  });
}

async function* decodedRows(
  batches: AsyncIterable<readonly Row[]>,
  table: MirrorTable,
  decoder: TextDecoder,
): AsyncGenerator<readonly Row[], void, undefined> {
  const isText = table.columns.map((column) => column.class === "text");
  const decode = (value: ExactValue): ExactValue => {
    if (!(value instanceof Uint8Array)) return value;
    try {
      return decoder.decode(value as Uint8Array<ArrayBuffer>);
    } catch {
      return NO_TEXT;
    }
  };
  for await (const rows of batches) {
    yield rows.map((row) => row.map((value, at) => isText[at] ? decode(value) : value));
  }
}

function differingColumns(table: MirrorTable, ours: Row, theirs: Row): string[] {
  const columns: string[] = [];
  for (let at = 0; at < ours.length; at++) {
    if (!sameValue(ours[at] ?? null, theirs[at] ?? null)) columns.push(table.columns[at]?.name ?? String(at));
  }
  return columns;
}
