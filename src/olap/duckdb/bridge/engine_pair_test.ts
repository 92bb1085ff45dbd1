import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import Database from "libsql";
import { parseSelect } from "../../../sql/mod.ts";
import {
  affinityOf,
  type ColumnClass,
  type ColumnSchema,
  type ExactValue,
  fitsClass,
  type MirrorColumn,
  type MirrorTable,
  numberToExact,
  ROWID_COLUMN,
  type RowKey,
} from "../../../types/mod.ts";
import type { MirrorCatalog } from "../../query_request.ts";
import { boundsFromStatistics, NO_VALUES, type TableBounds } from "../column_bounds.ts";
import { MIRROR_SCHEMA, mirrorTableName, quoteName } from "../physical_name.ts";
import { bridge, type BridgedQuery } from "./mod.ts";
import { literalSql } from "./literals.ts";

/*
 * The harness of the tests beside it: the same rows in libSQL and, in the mirror's layout, in DuckDB; every statement runs on both.
 */

/** What came of a statement. */
export type Outcome =
  | { readonly kind: "same"; readonly rows: number; readonly sql: string }
  | { readonly kind: "declined"; readonly reason: string; readonly atRuntime: boolean }
  | { readonly kind: "different"; readonly detail: string; readonly sql: string };

interface Answer {
  /** Name and declared type. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ExactValue[])[];
}

const CLASSES: readonly ColumnClass[] = ["integer", "real", "number", "text", "blob"];
const DUCKDB_TYPES: Record<ColumnClass, string> = {
  integer: "BIGINT",
  real: "DOUBLE",
  number: "DOUBLE",
  text: "VARCHAR",
  blob: "BLOB",
};

const JAVASCRIPT_TYPES = {
  integer: "bigint",
  real: "number",
  number: "number",
  text: "string",
  blob: "object",
  null: "",
};

/** How far doubles may be apart: exact, or relative for sums of many values. */
const TOLERANCE = 1e-12;

export class EnginePair {
  readonly lite: Database.Database;
  readonly duck: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  readonly #tables = new Map<string, MirrorTable>();
  readonly #bounds = new Map<string, TableBounds>();
  readonly #views = new Map<string, string>();
  readonly catalog: MirrorCatalog = {
    version: 1,
    table: (name) => this.#tables.get(name.toLowerCase()),
    history: () => undefined,
    historyBeginning: () => undefined,
    view: (name) => this.#views.get(name.toLowerCase()),
    absence: (name) => this.#absences.get(name.toLowerCase()),
  };
  readonly #absences = new Map<string, string>();

  private constructor(lite: Database.Database, instance: DuckDBInstance, duck: DuckDBConnection) {
    this.lite = lite;
    this.#instance = instance;
    this.duck = duck;
  }

  /** Opens both engines, runs the script on libSQL and mirrors what it made. */
  static async open(script: string, path = ":memory:"): Promise<EnginePair> {
    const lite = new Database(path);
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const pair = new EnginePair(lite, instance, await instance.connect());
    await pair.duck.run(`create schema ${MIRROR_SCHEMA}`);
    if (script !== "") lite.exec(script);
    await pair.mirror();
    return pair;
  }

  close(): void {
    this.duck.closeSync();
    this.#instance.closeSync();
    this.lite.close();
  }

  /** Mirrors all tables as libSQL has them now. */
  async mirror(): Promise<void> {
    this.#tables.clear();
    this.#views.clear();
    this.#absences.clear();
    const objects = this.#all("select type, name, sql from sqlite_schema where name not like 'sqlite\\_%' escape '\\'");
    for (const [type, name, sql] of objects.rows as readonly [string, string, string][]) {
      if (type === "view") this.#views.set(name.toLowerCase(), sql);
      if (type === "table") await this.#mirrorTable(name, sql);
    }
  }

  async #mirrorTable(name: string, sql: string): Promise<void> {
    const info = this.#all(
      `select name, type, "notnull", pk, hidden from pragma_table_xinfo('${name.replaceAll("'", "''")}')`,
    );
    const columns = (info.rows as readonly [string, string, bigint, bigint, bigint][]).map(
      ([column, type, notNull, position]): ColumnSchema => ({
        name: column,
        declaredType: type === "" ? null : type,
        affinity: affinityOf(type),
        collation: collationIn(sql, column),
        notNull: notNull === 1n,
        primaryKeyPosition: Number(position),
        generated: "no",
        hidden: false,
      }),
    );
    const key = rowKey(sql, columns);
    const extra = key.kind === "rowid" && key.alias === null;
    const list = [...(extra ? ["rowid"] : []), ...columns.map((column) => quoteName(column.name))];
    const { rows } = this.#all(`select ${list.join(", ")} from ${quoteName(name)}`);
    const names = [...(extra ? [ROWID_COLUMN] : []), ...columns.map((column) => column.name)];
    const mirrored: MirrorColumn[] = [];
    for (const [index, column] of names.entries()) {
      const numeric = columns.find((schema) => schema.name === column)?.affinity;
      const fitting = CLASSES.find((candidate) =>
        (candidate !== "number" || numeric === "numeric" || numeric === "integer") &&
        rows.every((row) => fitsClass(row[index]!, candidate))
      );
      if (fitting === undefined) {
        this.#absences.set(name.toLowerCase(), `column ${column} holds several classes`);
        return;
      }
      mirrored.push({ name: column, class: fitting });
    }
    const keyColumns = key.kind === "rowid" ? [key.alias ?? ROWID_COLUMN] : [...key.columns];
    const source = { name, columns, key, sql };
    this.#tables.set(name.toLowerCase(), { name, source, columns: mirrored, keyColumns });
    await this.#load(name, mirrored, rows);
  }

  async #load(name: string, columns: readonly MirrorColumn[], rows: Answer["rows"]): Promise<void> {
    const table = mirrorTableName(name);
    const types = columns.map((column) => `${quoteName(column.name)} ${DUCKDB_TYPES[column.class]}`);
    await this.duck.run(`create or replace table ${table}(${types.join(", ")})`);
    for (let start = 0; start < rows.length; start += 500) {
      const values = rows.slice(start, start + 500).map((row) =>
        `(${
          row.map((value, index) =>
            literalSql(columns[index]!.class === "number" && typeof value === "bigint" ? Number(value) : value).sql
          ).join(", ")
        })`
      );
      await this.duck.run(`insert into ${table} values ${values.join(", ")}`);
    }
    this.#bounds.set(name.toLowerCase(), await this.#boundsOf(table, columns));
  }

  async #boundsOf(table: string, columns: readonly MirrorColumn[]): Promise<TableBounds> {
    const numeric = columns.filter((column) => column.class !== "text" && column.class !== "blob");
    const list = numeric.map((column) => `stats(${quoteName(column.name)})`).join(", ");
    if (list === "") return new Map();
    const [row] = (await this.duck.runAndReadAll(`select ${list} from ${table} limit 1`)).getRows();
    return new Map(numeric.map(({ name }, index) => {
      return [name, row === undefined ? NO_VALUES : boundsFromStatistics(String(row[index]))];
    }));
  }

  bridge(text: string, parameters: readonly ExactValue[] = []): ReturnType<typeof bridge> {
    const request = { text, query: parseSelect(text), parameters, catalog: this.catalog };
    return bridge(request, (table) => this.#bounds.get(table.toLowerCase()));
  }

  /** libSQL's rows of a statement over `from`; row by row where some end it, leaving those out. */
  expected(text: string, ids: readonly string[], from: string): Answer["rows"] {
    try {
      return this.#all(text).rows;
    } catch {
      const rows = this.#all(`select ${ids.join(", ")} from ${from}`).rows;
      return rows.flatMap((row) => {
        try {
          return this.#all(`${text} where ${ids.map((id, index) => `${id} = ${row[index]}`).join(" and ")}`).rows;
        } catch {
          // The row for which libSQL itself fails is what is looked for.
          return [];
        }
      });
    }
  }

  /** Runs a statement on both engines. */
  async compare(text: string, parameters: readonly ExactValue[] = []): Promise<Outcome> {
    const bridged = this.bridge(text, parameters);
    if (bridged.kind === "declined") return { kind: "declined", reason: bridged.reason, atRuntime: false };
    let got: Answer;
    try {
      got = await this.runBridged(bridged);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (/^(Binder|Parser|Catalog|INTERNAL|Internal)/.test(reason)) {
        return { kind: "different", detail: `DuckDB refuses: ${reason}`, sql: bridged.sql };
      }
      return { kind: "declined", reason, atRuntime: true };
    }
    let expected: Answer;
    try {
      expected = this.#all(text, parameters);
    } catch (error) {
      return {
        kind: "different",
        detail: `libSQL fails: ${error}, DuckDB gives ${show(got.rows[0] ?? [])}`,
        sql: bridged.sql,
      };
    }
    const detail = difference(expected, got, /\border\s+by\b/i.test(text));
    return detail === null
      ? { kind: "same", rows: got.rows.length, sql: bridged.sql }
      : { kind: "different", detail, sql: bridged.sql };
  }

  /** Runs a bridged statement on DuckDB. */
  async runBridged(bridged: BridgedQuery): Promise<Answer> {
    const reader = await this.duck.runAndReadAll(bridged.sql);
    const physical = reader.getRows();
    const { tieGuard } = bridged;
    if (tieGuard !== null && physical.length > tieGuard.rows) {
      const [kept, extra] = [tieGuard.rows - 1, tieGuard.rows].map((row) =>
        JSON.stringify(physical[row]!.slice(-tieGuard.keyColumns), plainJson)
      );
      if (kept === extra) throw new Error("rows tie at the edge of LIMIT");
      physical.length = tieGuard.rows;
    }
    return {
      columns: bridged.columns.map(({ name, declaredType }) => `${name} ${declaredType}`),
      rows: physical.map((row) => readRow(row, bridged)),
    };
  }

  #all(sql: string, parameters: readonly ExactValue[] = []): Answer {
    const statement = this.lite.prepare(sql).raw(true).safeIntegers(true);
    const rows = (parameters.length === 0 ? statement.all() : statement.all(parameters.map(bindable))) as unknown[][];
    return {
      columns: statement.columns().map(({ name, type }) => `${name} ${type}`),
      rows: rows.map((row) => row.map(exact)),
    };
  }
}

/** libSQL binds an integral JavaScript number as INTEGER when it can. */
function bindable(value: ExactValue): unknown {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

function exact(value: unknown): ExactValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof Uint8Array ? new Uint8Array(value) : value as ExactValue;
}

function plainJson(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value === 0 ? 0 : value;
}

function collationIn(sql: string, column: string): string {
  const declared = new RegExp(`["\`[\\s(,]${column.replace(/[^\w]/g, ".")}["\`\\]]?\\s[^,]*?collate\\s+(\\w+)`, "i")
    .exec(sql);
  return declared?.[1]?.toUpperCase() ?? "BINARY";
}

function rowKey(sql: string, columns: readonly ColumnSchema[]): RowKey {
  const primary = columns.filter((column) => column.primaryKeyPosition > 0);
  if (/without\s+rowid\s*;?\s*$/i.test(sql)) {
    const ordered = [...primary].sort((a, b) => a.primaryKeyPosition - b.primaryKeyPosition);
    return { kind: "primaryKey", columns: ordered.map((column) => column.name) };
  }
  const [only] = primary;
  const alias = primary.length === 1 && only!.declaredType?.toUpperCase() === "INTEGER" ? only!.name : null;
  return { kind: "rowid", alias, accessName: "rowid" };
}

function readRow(row: readonly DuckDBValue[], { outputs }: BridgedQuery): ExactValue[] {
  let index = 0;
  return outputs.map((output): ExactValue => {
    const value = row[index++] ?? null;
    if (output.class === "tagged") {
      const tag = row[index++];
      return value === null ? null : tag === true ? BigInt(value as number) : value as number;
    }
    if (value === null) return null;
    const found = typeof value;
    if (found !== JAVASCRIPT_TYPES[output.class]) {
      throw new Error(`Internal: output is ${output.class} but DuckDB gives ${found}`);
    }
    if (output.class === "number") return numberToExact(value as number);
    return output.class === "blob"
      ? new Uint8Array((value as unknown as { bytes: Uint8Array }).bytes)
      : value as ExactValue;
  });
}

/** How two answers differ, or `null`. */
function difference(expected: Answer, got: Answer, ordered: boolean): string | null {
  if (expected.columns.join("|") !== got.columns.join("|")) {
    return `columns ${expected.columns.join("|")}, DuckDB ${got.columns.join("|")}`;
  }
  if (expected.rows.length !== got.rows.length) return `${expected.rows.length} rows, DuckDB ${got.rows.length}`;
  const sorted = (answer: Answer) => [...answer.rows].sort((a, b) => (rough(a) < rough(b) ? -1 : 1));
  const [e, g] = ordered ? [expected.rows, got.rows] : [sorted(expected), sorted(got)];
  const at = e.findIndex((row, index) => !row.every((value, column) => same(value, g[index]![column]!)));
  if (at < 0) return null;
  // Rows that tie in ORDER BY may come in any order, so equal as multisets is enough unless the order differs visibly.
  if (ordered) {
    const unordered = difference(expected, got, false);
    if (unordered === null) return null;
  }
  return `row ${at}: ${show(e[at]!)}, DuckDB ${show(g[at]!)}`;
}

function rough(row: readonly ExactValue[]): string {
  return row.map((value) => (typeof value === "number" ? `r${value.toPrecision(14)}` : showValue(value))).join();
}

function same(a: ExactValue, b: ExactValue): boolean {
  if (typeof a === "number" && typeof b === "number") return a === b || Math.abs(a - b) <= TOLERANCE * Math.abs(a);
  return showValue(a) === showValue(b);
}

function show(row: readonly ExactValue[]): string {
  return `(${row.map(showValue).join(", ")})`;
}

/** A value with its storage class visible. */
export function showValue(value: ExactValue): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "bigint":
      return `${value}`;
    case "number":
      return Number.isInteger(value) ? value.toFixed(1) : String(value);
    case "string":
      return JSON.stringify(value);
    default:
      return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
  }
}
