import assert from "node:assert/strict";
import { keyNames, readSchema, type SqlReader } from "../../src/cdc/mod.ts";
import { quoteName } from "../../src/sql/mod.ts";
import type { OlapBackend } from "../../src/olap/mod.ts";
import {
  decodeExact,
  type ExactValue,
  HISTORY_COLUMNS,
  type MirrorTable,
  UndecodableText,
} from "../../src/types/mod.ts";

/** A row's values by column name, NULLs left out, in a form that tells storage classes apart. */
type Values = ReadonlyMap<string, string>;

interface ModelVersion {
  readonly operation: string;
  readonly values: Values;
  /** Number of the transaction that made it. */
  readonly transaction: number;
}

/** A key's versions, in order. */
interface ModelKey {
  readonly versions: ModelVersion[];
  /** Whether every transaction that touched it is known one by one. */
  isExact: boolean;
}

interface ModelTable {
  rows: ReadonlyMap<string, Values>;
  columns: readonly string[];
  readonly keys: Map<string, ModelKey>;
}

/** What happened besides rows that were written, between two calls of {@linkcode HistoryModel.note}. */
export interface NoteOptions {
  /** Whether what happened was one transaction made by rhei's own client; else only the state after it is held on to. Default `true`. */
  readonly exact?: boolean;
  /** A table that was renamed: old name, new name. */
  readonly renamedTable?: readonly [string, string];
  /** A column that was renamed: table, old name, new name. */
  readonly renamedColumn?: readonly [string, string, string];
}

/**
 * What the history of a database must be: a replay of its committed transactions that compares the tables before and after each, and
 * knows nothing of logs, triggers and times.
 *
 * Call {@linkcode note} after the first sync and after every transaction, {@linkcode synced} after every sync with the mirror's time, and
 * {@linkcode expectEqual} when all is synced. A change of the schema must stand between two syncs.
 */
export class HistoryModel {
  readonly #reader: SqlReader;
  readonly #tables = new Map<string, ModelTable>();
  /** The tables as they were at times of the mirror. */
  #states: { readonly time: number; readonly tables: ReadonlyMap<string, ReadonlyMap<string, Values>> }[] = [];
  #transaction = 0;
  #hasForeign = false;
  readonly #loose: ReadonlySet<string>;

  /**
   * @param reader Sees the last committed state.
   * @param loose Tables of which only states at syncs are compared: those where a NULL that becomes a default under REPLACE may remove a
   * row unseen, which capture makes up for by a comparison.
   */
  constructor(reader: SqlReader, loose: readonly string[] = []) {
    this.#reader = reader;
    this.#loose = new Set(loose);
  }

  /** Takes in what was committed since the last call. */
  async note(options: NoteOptions = {}): Promise<void> {
    this.#transaction++;
    this.#hasForeign ||= options.exact === false;
    this.#rename(options);
    const schema = await readSchema(this.#reader);
    for (const [folded, table] of this.#tables) {
      if (!schema.tables.has(folded)) this.#take(table, new Map(), table.columns, options.exact ?? true);
    }
    for (const [folded, { schema: { name, key, columns } }] of schema.tables) {
      const names = columns.map((column) => column.name);
      const rows = await this.#read(name, [...keyNames(key), ...names]);
      const width = keyNames(key).length;
      const now = new Map(rows.map((row) => [printKey(row.slice(0, width)), valuesOf(names, row.slice(width))]));
      const table = this.#tables.get(folded) ?? { rows: new Map(), columns: names, keys: new Map() };
      this.#tables.set(folded, table);
      this.#take(table, now, names, options.exact ?? true);
    }
  }

  /** Texts are read as bytes: the driver would cut them at a NUL. */
  async #read(table: string, names: readonly string[]): Promise<ExactValue[][]> {
    const columns = names.map(quoteName).flatMap((name) => [
      `typeof(${name})`,
      `case typeof(${name}) when 'text' then cast(${name} as blob) else ${name} end`,
    ]);
    const { rows } = await this.#reader.query(`select ${columns.join(", ")} from ${quoteName(table)}`);
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return rows.map((row) =>
      names.map((_, at) => {
        const value = row[2 * at + 1] ?? null;
        return row[2 * at] === "text" ? decoder.decode(value as Uint8Array<ArrayBuffer>) : value;
      })
    );
  }

  /** The mirror has reached the state noted last; its history is at this time, in µs since 1970. */
  synced(time: number): void {
    this.#states.push({ time, tables: new Map([...this.#tables].map(([name, { rows }]) => [name, rows])) });
  }

  #rename({ renamedTable, renamedColumn }: NoteOptions): void {
    if (renamedTable !== undefined) {
      const [from, to] = renamedTable.map((name) => name.toLowerCase());
      const table = this.#tables.get(from!);
      if (table === undefined) return;
      this.#tables.delete(from!);
      this.#tables.set(to!, table);
    }
    if (renamedColumn !== undefined) {
      const [name, from, to] = renamedColumn;
      const table = this.#tables.get(name.toLowerCase());
      if (table === undefined) return;
      const rename = (values: Values): Values =>
        new Map([...values].map(([column, value]) => [column === from ? to : column, value]));
      table.rows = new Map([...table.rows].map(([key, values]) => [key, rename(values)]));
      table.columns = table.columns.map((column) => column === from ? to : column);
      for (const { versions } of table.keys.values()) {
        versions.forEach((version, at) => versions[at] = { ...version, values: rename(version.values) });
      }
    }
    // Names of the past mean something else now; histories under the present names are still compared version by version.
    if (renamedTable !== undefined || renamedColumn !== undefined) this.#states = [];
  }

  #take(table: ModelTable, now: ReadonlyMap<string, Values>, columns: readonly string[], isExact: boolean): void {
    const added = columns.filter((column) => !table.columns.includes(column));
    for (const key of new Set([...table.rows.keys(), ...now.keys()])) {
      const before = table.rows.get(key);
      const after = now.get(key);
      const known = table.keys.get(key) ?? { versions: [], isExact: true };
      table.keys.set(key, known);
      const { versions } = known;
      const transaction = this.#transaction;
      if (after === undefined) {
        if (before !== undefined) versions.push({ operation: "D", values: before, transaction });
      } else if (before === undefined) {
        versions.push({ operation: "I", values: after, transaction });
      } else if (same(without(after, added), before)) {
        // Nobody changed the row: what a new column holds has been so from the version's beginning.
        if (added.length > 0) versions[versions.length - 1] = { ...versions.at(-1)!, values: after };
        continue;
      } else {
        versions.push({ operation: "U", values: after, transaction });
      }
      if (!isExact && !(before === undefined && after === undefined)) known.isExact = false;
    }
    table.rows = now;
    table.columns = columns;
  }

  /** Demands that a mirror's history is this one. */
  async expectEqual(olap: OlapBackend, what: string): Promise<void> {
    const held = (await olap.state())?.tables ?? [];
    const times = new Map<number, number>();
    for (const [name, table] of this.#tables) {
      // The closed part may still bear a name of the past.
      const ids = new Set(
        held.flatMap(({ history }) =>
          history?.part === "open" && history.of.toLowerCase() === name ? history.tableId : []
        ),
      );
      const parts = held.filter(({ history }) => history !== undefined && ids.has(history.tableId));
      const history = await readHistory(olap, parts);
      for (const [key, { versions, isExact }] of table.keys) {
        const got = history.get(key) ?? [];
        if (!isExact || this.#loose.has(name)) continue;
        if (this.#hasForeign) expectAmong(`${what}: ${name} ${key}`, versions, got);
        else expectVersions(`${what}: ${name} ${key}`, versions, got, times);
      }
      // A foreign transaction may have been taken for several, and a row have come and gone in it.
      for (const key of this.#loose.has(name) || this.#hasForeign ? [] : history.keys()) {
        assert(table.keys.has(key), `${what}: ${name} never had the key ${key}`);
      }
      for (const { time, tables } of this.#states) {
        const then = tables.get(name) ?? new Map();
        expectState(`${what}: ${name} as of ${time}`, then, stateAsOf(history, time), table.columns);
      }
    }
    const ordered = [...times].sort(([a], [b]) => a - b);
    for (let at = 1; at < ordered.length; at++) {
      assert(ordered[at - 1]![1] < ordered[at]![1], `${what}: a later transaction has a later time`);
    }
  }
}

/** A version as the mirror has it. */
interface HeldVersion {
  readonly operation: string;
  readonly values: Values;
  readonly from: number;
  /** `Infinity` while it is alive. */
  readonly to: number;
}

function show({ operation, values }: { readonly operation: string; readonly values: Values }): string {
  return [operation, ...values].join(" ");
}

/** Half-way states of foreign transactions may stand between the versions. */
function expectAmong(what: string, wanted: readonly ModelVersion[], got: readonly HeldVersion[]): void {
  const held = got.map(show);
  let from = 0;
  for (const version of wanted.map(show)) {
    from = held.indexOf(version, from) + 1;
    assert(from > 0, `${what}: a version is missing: ${version}`);
  }
}

/** @param times Takes the time of each transaction; one transaction has one. */
function expectVersions(
  what: string,
  wanted: readonly ModelVersion[],
  got: readonly HeldVersion[],
  times: Map<number, number>,
): void {
  assert.deepEqual(got.map(show), wanted.map(show), what);
  for (const [at, { transaction }] of wanted.entries()) {
    const { from, to, operation } = got[at]!;
    const time = times.get(transaction) ?? from;
    times.set(transaction, time);
    assert.equal(from, time, `${what}: one transaction has one time`);
    const end = operation === "D" ? from : got[at + 1]?.from ?? Infinity;
    assert.equal(to, end, `${what}: a version ends when the next begins`);
  }
}

function expectState(
  what: string,
  wanted: ReadonlyMap<string, Values>,
  got: ReadonlyMap<string, Values>,
  columns: readonly string[],
): void {
  const show = (rows: ReadonlyMap<string, Values>) =>
    [...rows].map(([key, values]) => `${key}: ${columns.map((column) => values.get(column) ?? "null")}`).sort();
  assert.deepEqual(show(got), show(wanted), what);
}

function stateAsOf(history: ReadonlyMap<string, readonly HeldVersion[]>, time: number): Map<string, Values> {
  const rows = new Map<string, Values>();
  for (const [key, versions] of history) {
    for (const { from, to, values } of versions) if (from <= time && time < to) rows.set(key, values);
  }
  return rows;
}

/** All versions of a table by key, in order of time. */
async function readHistory(olap: OlapBackend, parts: readonly MirrorTable[]): Promise<Map<string, HeldVersion[]>> {
  const open = parts.find(({ history }) => history?.part === "open");
  const history = new Map<string, HeldVersion[]>();
  const own: ReadonlySet<string> = new Set(Object.values(HISTORY_COLUMNS));
  for (const table of parts) {
    const encoded = new Set(table.history?.encoded);
    const at = new Map(table.columns.map(({ name }, position) => [name, position]));
    const decode = (name: string, value: ExactValue) => encoded.has(name) ? decodeExact(value as Uint8Array) : value;
    for await (const batch of olap.scan(table.name)) {
      for (const row of batch) {
        const value = (name: string) => decode(name, row[at.get(name)!] ?? null);
        const names = table.columns.map(({ name }) => name).filter((name) => !own.has(name) && name !== "_rhei_rowid");
        const key = printKey(open!.keyColumns.map(value));
        const versions = history.get(key) ?? [];
        history.set(key, versions);
        versions.push({
          operation: String(value(HISTORY_COLUMNS.operation)),
          values: valuesOf(names, names.map(value)),
          from: Number(value(HISTORY_COLUMNS.validFrom)),
          to: table.history?.part === "open" ? Infinity : Number(value(HISTORY_COLUMNS.validTo)),
        });
      }
    }
  }
  for (const versions of history.values()) versions.sort((a, b) => a.from - b.from || b.to - a.to);
  return history;
}

function valuesOf(names: readonly string[], values: readonly (ExactValue | UndecodableText)[]): Values {
  const pairs = names.map((name, at) => [name, values[at] ?? null] as const).filter(([, value]) => value !== null);
  return new Map(pairs.map(([name, value]) => [name, print(value)] as const).sort(([a], [b]) => a < b ? -1 : 1));
}

/** Keys are the same where SQLite takes them for the same. */
function printKey(values: readonly (ExactValue | UndecodableText)[]): string {
  return values.map((value) => {
    if (typeof value === "bigint") return String(value);
    return typeof value === "number" && Number.isInteger(value) ? String(BigInt(value)) : print(value);
  }).join(" ");
}

function print(value: ExactValue | UndecodableText): string {
  if (value === null) return "null";
  if (value instanceof UndecodableText) return `bytes ${value.bytes}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : `${value}r`;
  return value instanceof Uint8Array ? `blob ${value}` : JSON.stringify(value);
}

function without(values: Values, names: readonly string[]): Values {
  return names.length === 0 ? values : new Map([...values].filter(([name]) => !names.includes(name)));
}

function same(a: Values, b: Values): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}
