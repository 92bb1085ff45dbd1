import { RheiError } from "../../../mod.ts";
import type { OltpClient } from "../../../src/oltp/mod.ts";
import type { ExactValue } from "../../../src/types/mod.ts";
import type { Outcome } from "../../support/differential.ts";
import type { DualStatement } from "../../support/dual_engine.ts";
import type { FuzzTable } from "../schema.ts";
import { literalOf } from "../values.ts";
import type { Chronicle } from "./chronicle.ts";
import { type Period, VERSION_COLUMNS } from "./table_past.ts";
import type { VersionsAsked } from "./versions_asked.ts";

const ROWS_PER_INSERT = 100;

/** Of one column, or of several. */
const PRIMARY_KEY = / PRIMARY KEY(?= NOT NULL)|, PRIMARY KEY \([^)]*\)/;

/** Tables of versions in a plain database, made when a statement reads them. */
export class Copies {
  /** What a statement names, by reference. */
  readonly made = new Map<VersionsAsked, string>();
  readonly #plain: OltpClient;
  readonly #chronicle: Chronicle;
  #wanted: { readonly name: string; readonly table: FuzzTable; readonly period: Period }[] = [];
  #tables: string[] = [];
  #outdated: string[] = [];
  #count = 0;

  constructor(plain: OltpClient, chronicle: Chronicle) {
    this.#plain = plain;
    this.#chronicle = chronicle;
  }

  /** What stands in a statement for a reference. */
  nameOf(asked: VersionsAsked, period: Period): string {
    const known = this.made.get(asked);
    if (known !== undefined) return known;
    const name = `_past${++this.#count}_`;
    this.#wanted.push({ name, table: this.#chronicle.tableNamed(asked.table), period });
    const written = `${name} as ${asked.alias ?? asked.table}`;
    this.made.set(asked, written);
    return written;
  }

  /** Versions have changed since. */
  forget(): void {
    this.made.clear();
    this.#outdated.push(...this.#tables);
    this.#tables = [];
  }

  async answer({ sql, params }: DualStatement): Promise<Outcome> {
    await this.#make();
    try {
      const { columns, rows } = await this.#plain.query(sql, params);
      return { kind: "rows", columns, rows };
    } catch (error) {
      if (!(error instanceof RheiError)) throw error;
      return { kind: "error", code: error.code, message: error.message };
    }
  }

  async reversed(statement: DualStatement): Promise<Outcome> {
    await this.#plain.query("PRAGMA reverse_unordered_selects = 1");
    try {
      return await this.answer(statement);
    } finally {
      await this.#plain.query("PRAGMA reverse_unordered_selects = 0");
    }
  }

  async withoutIndexes(statement: DualStatement): Promise<Outcome> {
    const { rows } = await this.#plain.query(
      "select name, sql from sqlite_schema where type = 'index' and sql is not null",
    );
    for (const [name] of rows) await this.#plain.execute(`drop index ${name}`);
    try {
      return await this.answer(statement);
    } finally {
      for (const [, sql] of rows) await this.#plain.execute(String(sql));
    }
  }

  async #make(): Promise<void> {
    for (const name of this.#outdated) await this.#plain.execute(`drop table ${name}`);
    this.#outdated = [];
    const wanted = this.#wanted;
    this.#wanted = [];
    for (const { name, table, period } of wanted) {
      this.#tables.push(name);
      if (period.kind === "asOf") await this.#makeRows(name, table, period);
      else await this.#makeVersions(name, table, period);
    }
  }

  /** A table like the one it shows, with the rows it had; they lie in the order of what they are known by, and of no index. */
  async #makeRows(name: string, table: FuzzTable, period: Period): Promise<void> {
    const { rows: [schema] } = await this.#plain.query("select sql from sqlite_schema where name = ?", [table.name]);
    const isHidden = table.key[0] !== "id" && !table.ddl[0]!.endsWith("WITHOUT ROWID");
    const definition = String(schema![0]).replace(/^CREATE TABLE ("?)\w+\1/, `create table ${name}`);
    await this.#plain.execute(isHidden ? definition.replace(PRIMARY_KEY, "") : definition);
    const columns = await this.#columns(table);
    const written = columns.flatMap(({ isGenerated }, i) => isGenerated ? [] : [i]);
    const names = [...(isHidden ? ["rowid"] : []), ...written.map((i) => `"${columns[i]!.name}"`)];
    const rows = this.#chronicle.past(table.name).rows(period)
      .map(({ key, values }) => [...(isHidden ? [key[0]!] : []), ...written.map((i) => values[i]!)]);
    await this.#insert(`${name} (${names.join(", ")})`, rows);
  }

  /** A table of versions with their times: the order of its rowids is that of keys and times. */
  async #makeVersions(name: string, table: FuzzTable, period: Period): Promise<void> {
    const past = this.#chronicle.past(table.name);
    const present = (await this.#columns(table)).map(({ name, type }) => `"${name}" ${type}${collation(table, name)}`);
    const dropped = past.droppedColumns.map(({ name, type }) => `"${name}" ${type}`);
    const own = VERSION_COLUMNS.map((column) => `${column} TEXT`);
    await this.#plain.execute(`create table ${name} (${[...present, ...dropped, ...own].join(", ")})`);
    await this.#insert(name, past.rows(period).map(({ values }) => values));
  }

  /** Values are written out: a whole number that is bound would become an INTEGER. */
  async #insert(into: string, rows: readonly (readonly ExactValue[])[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
      const written = rows.slice(at, at + ROWS_PER_INSERT).map((row) => `(${row.map(literalOf).join(", ")})`);
      await this.#plain.execute(`insert into ${into} values ${written.join(", ")}`);
    }
  }

  async #columns({ name }: FuzzTable): Promise<{ name: string; type: string; isGenerated: boolean }[]> {
    const { rows } = await this.#plain.query("select name, type, hidden > 0 from pragma_table_xinfo(?)", [name]);
    return rows.map(([column, type, hidden]) => ({
      name: String(column),
      type: String(type),
      isGenerated: hidden === 1n,
    }));
  }
}

/** The clause of a column in its table's definition that says how its texts compare. */
function collation({ columns, ddl }: FuzzTable, name: string): string {
  const isNamed = (text: string): boolean => text === name || text.slice(1, -1) === name;
  const column = columns.find((one) => isNamed(one.name));
  if (column === undefined || !column.collated) return "";
  const definition = ddl[0]!.split(", ").find((part) =>
    part.replace(/^CREATE TABLE \w+ \(/, "").startsWith(`${column.name} `)
  );
  return ` ${/COLLATE \w+/.exec(definition!)![0]}`;
}
