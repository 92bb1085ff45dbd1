import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import {
  foldName,
  type HistoryRef,
  historyRefsOf,
  lex,
  parametersOf,
  type Query,
  quoteName,
  type SystemPeriods,
  tablesOf,
  type VersionColumn,
  versionColumns,
  viewQuery,
  walk,
} from "../sql/mod.ts";
import type { ExactValue, MirrorTable, RowSet } from "../types/mod.ts";
import type { CopyDatabases } from "./copy_databases.ts";
import { copyTable, objectsNamed, type SourceObject } from "./copy_tables.ts";
import { copyVersions, type VersionsCopied } from "./copy_versions.ts";
import { UnlistedColumns } from "./unlisted_columns.ts";
import { type BegunScan, PinnedMirror } from "./pinned_mirror.ts";

/** A statement over versions of rows that the mirror declined. */
export interface CopiedQuery {
  readonly oltp: OltpClient;
  readonly copies: CopyDatabases;
  readonly backend: OlapBackend;
  readonly catalog: MirrorCatalog;
  readonly text: string;
  readonly query: Query;
  /** Those of the statement, then what it reads off the clock. */
  readonly parameters: readonly ExactValue[];
  readonly periods: SystemPeriods;
  readonly signal: AbortSignal | undefined;
}

/**
 * Has libSQL answer over a private copy of the versions and of the other tables named: so a statement that the mirror declines has an
 * answer too, and the same. All that the mirror keeps the history of is copied as of one state of it. Other tables are as libSQL has them,
 * which may be another state.
 */
export async function answerFromCopies(request: CopiedQuery): Promise<RowSet> {
  const { text, query, parameters, signal } = request;
  refuseOwnFacts(query);
  return await request.copies.use(async (copy, isUtf8) => {
    const names = await copyAll(request, copy, isUtf8);
    const edits = editsOf(query, names);
    const rewritten = edited(text, edits);
    const bound = parameters.slice(0, parametersOf(rewritten).count);
    const rows = await copy.readInBackground(rewritten, bound, signal === undefined ? {} : { signal });
    return withWrittenNames(rows, query, text, edits);
  });
}

const CONNECTION_FUNCTIONS: ReadonlySet<string> = new Set(["changes", "last_insert_rowid", "total_changes"]);

/** Refuses what the copy would answer about itself: its schema, its settings, its writes. */
function refuseOwnFacts(query: Query): void {
  walk(query, (node) => {
    if (node.kind !== "table" && node.kind !== "tableFunction" && node.kind !== "function") return;
    const name = foldName(node.name.text);
    if (node.kind === "function" ? !CONNECTION_FUNCTIONS.has(name) : !/^(sqlite|pragma)_/.test(name)) return;
    throw new RheiError("HISTORY_UNAVAILABLE", `Cannot read history together with "${node.name.text}"`, {
      hint: "the mirror declined the statement, and libSQL would answer it about a private copy",
    });
  });
}

/** What has to be copied. */
interface Begun {
  readonly copies: readonly VersionsCopied[];
  /** Views, and tables the mirror does not keep. */
  readonly others: readonly SourceObject[];
  /** Names of the copies of versions. */
  readonly names: ReadonlyMap<HistoryRef, string>;
}

/** Copies what the statement reads; gives the names of the copies of versions. */
async function copyAll(
  request: CopiedQuery,
  copy: OltpClient,
  isUtf8: boolean,
): Promise<ReadonlyMap<HistoryRef, string>> {
  const { oltp, query, signal } = request;
  const plain = tablesOf(query).filter((ref) => ref.systemTime === undefined).map((ref) => ref.name.text);
  await using snapshot = plain.length > 0 ? await oltp.snapshot() : null;
  const objects = snapshot === null ? [] : await objectsNamed(snapshot, plain);
  const scans: BegunScan[] = [];
  try {
    const { copies, others, names } = await beginCopies(request, { copy, isUtf8 }, objects, scans);
    for (const one of copies) await copyVersions(one);
    const isView = ({ type }: SourceObject): boolean => type === "view";
    for (const object of others.filter((object) => !isView(object))) await copyTable(snapshot!, copy, object, signal);
    // Views come last: they read the tables.
    for (const { sql } of others.filter(isView)) await copy.execute(sql);
    return names;
  } finally {
    await Promise.all(scans.map((scan) => scan.close()));
  }
}

/** Begins all scans at one state of the mirror. They are added to `scans` as they begin, to be closed whatever fails. */
async function beginCopies(
  { backend, catalog, text, query, periods, signal }: CopiedQuery,
  into: Pick<VersionsCopied, "copy" | "isUtf8">,
  objects: readonly SourceObject[],
  scans: BegunScan[],
): Promise<Begun> {
  await using pinned = await PinnedMirror.hold(backend, catalog);
  const begin = async (table: MirrorTable): Promise<BegunScan> => {
    const scan = await pinned.beginScan(table);
    scans.push(scan);
    return scan;
  };
  const copies: VersionsCopied[] = [];
  const others: SourceObject[] = [];
  for (const object of objects) {
    if (object.type === "view") {
      const body = viewQuery(object.sql);
      if (body !== null) refuseOwnFacts(body);
    }
    const history = object.type === "table" ? pinned.history(object.name) : undefined;
    if (history?.open.history?.live !== true) {
      others.push(object);
      continue;
    }
    const columns = versionColumns(history, false).filter(({ column }) => !column.unlisted);
    const living = await begin(history.open);
    copies.push({ ...into, name: quoteName(object.name), history, columns, period: null, living, ended: null, signal });
  }
  const prefix = unusedPrefix([text, ...objects.map(({ name, sql }) => `${name} ${sql}`)].join(" "));
  const names = new Map<HistoryRef, string>();
  for (const ref of historyRefsOf(query)) {
    const history = pinned.requireHistory(ref.name.text);
    const period = periods.get(ref.systemTime)!;
    const shown = versionColumns(history, period.kind !== "asOf");
    const columns = columnsCopied(text, query, ref, shown, period.kind === "asOf");
    const [living, ended] = [await begin(history.open), await begin(history.closed)];
    const name = `${prefix}${names.size + 1}`;
    copies.push({ ...into, name, history, columns, period, living, ended, signal });
    names.set(ref, name);
  }
  return { copies, others, names };
}

/** What no name in the text begins with. */
function unusedPrefix(text: string): string {
  const folded = foldName(text);
  for (let number = 0;; number++) {
    const prefix = `_rhei_versions${number === 0 ? "" : `_of_${number}`}_`;
    if (!folded.includes(prefix)) return prefix;
  }
}

/** The columns the copy needs. What is found by name but not listed cannot stand in a table beside what takes all columns. */
function columnsCopied(
  text: string,
  query: Query,
  ref: HistoryRef,
  columns: readonly VersionColumn[],
  hasRowid: boolean,
): readonly VersionColumn[] {
  const words = new Set(lex(text).map((token) => foldName(token.text.replaceAll(/^["`[]|["`\]]$/g, ""))));
  const refuse = (what: string): never => {
    throw new RheiError("HISTORY_UNAVAILABLE", `Cannot read the history of "${ref.name.text}": ${what}`, {
      hint: "the mirror declined the statement, and libSQL reads a copy that has listed columns only",
    });
  };
  const own = new Set(columns.map(({ column }) => foldName(column.name)));
  if (!hasRowid && ["rowid", "_rowid_", "oid"].some((word) => words.has(word) && !own.has(word))) {
    refuse("the rowid of versions is known to the mirror only");
  }
  const uses = new UnlistedColumns(query, ref);
  const unlisted = columns.filter(({ column }) => column.unlisted && uses.mentions(column.name));
  if (unlisted.length > 0 && uses.underStar()) {
    refuse(`"${unlisted[0]!.column.name}" stands beside a star; name all columns instead`);
  }
  if (unlisted.length > 0 && uses.inNaturalJoin()) {
    refuse(`"${unlisted[0]!.column.name}" stands beside a NATURAL join; join by USING or ON instead`);
  }
  return columns.filter(({ column }) => !column.unlisted || unlisted.some((one) => one.column === column));
}

/** What stands in place of a stretch of the statement. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The copies' names in place of the references to versions, tables without the indexes that the copy has not, and parameters by number:
 * those in the references are gone, and what reads the clock is one by now.
 */
function editsOf(query: Query, names: ReadonlyMap<HistoryRef, string>): Edit[] {
  const edits: Edit[] = [];
  walk(query, (node) => {
    const { start, end } = node;
    if (node.kind === "parameter") edits.push({ start, end, text: `?${node.index}` });
    if (node.kind !== "table") return true;
    const copy = names.get(node as HistoryRef);
    const alias = quoteName((node.alias ?? node.name).text);
    if (copy !== undefined) edits.push({ start, end, text: `${copy} AS ${alias}` });
    else if (node.indexed !== null) edits.push({ start, end, text: `${quoteName(node.name.text)} AS ${alias}` });
    return false;
  });
  return edits.sort((a, b) => a.start - b.start);
}

/** A stretch of the statement, edited. */
function edited(text: string, edits: readonly Edit[], start = 0, end = text.length): string {
  let [result, at] = ["", start];
  for (const edit of edits.filter((edit) => edit.start >= start && edit.end <= end)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at, end);
}

/** SQLite names a column without an alias after its text, which was written otherwise. */
function withWrittenNames(rows: RowSet, query: Query, text: string, edits: readonly Edit[]): RowSet {
  const written = new Map<string, string>();
  walk(query, (node) => {
    if (node.kind !== "select") return;
    for (const item of node.columns) {
      if (item.kind !== "item" || item.alias !== null) continue;
      const renamed = edited(text, edits, item.start, item.start + item.text.length);
      if (renamed !== item.text) written.set(renamed, item.text);
    }
  });
  if (written.size === 0) return rows;
  const columns = rows.columns.map((column) => ({ ...column, name: written.get(column.name) ?? column.name }));
  return { ...rows, columns };
}
