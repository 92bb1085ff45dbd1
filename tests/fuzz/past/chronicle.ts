import assert from "node:assert/strict";
import type { HtapEngine } from "../../../mod.ts";
import type { OltpClient } from "../../../src/oltp/mod.ts";
import { readInstant } from "../../../src/types/mod.ts";
import type { Random } from "../random.ts";
import type { FuzzTable } from "../schema.ts";
import { type ColumnChange, type TableCopy, TablePast } from "./table_past.ts";

const ALTER = /^ALTER TABLE (\w+) (?:ADD COLUMN (\w+) (\w+).*|DROP COLUMN (\w+)|RENAME COLUMN (\w+) TO (\w+))$/;

/** What is known of a transaction until its time is. */
interface Entry {
  /** The number of the row of `tick` made in it, or after it. */
  readonly tick: number;
  readonly isWithin: boolean;
  readonly copies: ReadonlyMap<string, TableCopy>;
  readonly altered: { readonly table: string; readonly change: ColumnChange } | null;
}

/** How far clocks may be put forward after a transaction, in milliseconds. */
const LEAPS_MS = [0, 0, 0, 3, 1_000, 47_000, 3_600_000, 90_000_000];

/** Runs transactions on both databases, and knows of each its time and every table after it. */
export class Chronicle {
  /** When each transaction was made, in microseconds since 1970. */
  readonly times: bigint[] = [];
  readonly #engine: HtapEngine;
  readonly #plain: OltpClient;
  readonly #tables: readonly FuzzTable[];
  readonly #random: Random;
  readonly #pasts = new Map<string, TablePast>();
  #entries: Entry[] = [];
  #ticks = 0;

  constructor(engine: HtapEngine, plain: OltpClient, tables: readonly FuzzTable[], random: Random) {
    this.#engine = engine;
    this.#plain = plain;
    this.#tables = tables;
    this.#random = random;
  }

  async begin(): Promise<void> {
    await this.#engine.execute("create table tick(n integer primary key)");
  }

  past(table: string): TablePast {
    return this.#pasts.get(table)!;
  }

  tableNamed(name: string): FuzzTable {
    return this.#tables.find((table) => table.name === name)!;
  }

  /** A statement that is a transaction of its own, or one together with its tick. */
  async single(sql: string): Promise<void> {
    const altered = alterationOf(sql);
    const isWithin = altered === null && this.#random.chance(0.4);
    const [first, second] = await Promise.allSettled([
      isWithin ? this.#engine.batch([{ sql }, { sql: this.#tick() }]) : this.#engine.execute(sql),
      this.#plain.execute(sql),
    ]);
    if (second.status === "rejected") {
      assert.equal(first.status, "rejected", `only SQLite refuses ${sql}`);
      throw second.reason;
    }
    if (first.status === "rejected") throw new Error(`Only rhei refuses ${sql}`, { cause: first.reason });
    await this.#record(isWithin, altered);
  }

  /** Statements in one transaction, some of which may fail. */
  async transaction(statements: readonly string[], commits: boolean): Promise<void> {
    const tick = this.#tick();
    const undone = new Error("rolled back");
    const run = async (execute: (sql: string) => Promise<unknown>, last: string | null): Promise<void> => {
      for (const sql of statements) {
        await execute(sql).catch((error) => {
          if (!/constraint/i.test(String(error))) throw error;
        });
      }
      if (last !== null) await execute(last);
      if (!commits) throw undone;
    };
    const whole = async (running: Promise<void>): Promise<void> => {
      await running.catch((error) => {
        if (error !== undone) throw error;
      });
    };
    await whole(this.#engine.transaction((tx) => run((sql) => tx.execute(sql), tick)));
    await whole(this.#plain.transaction((tx) => run((sql) => tx.execute(sql), null)));
    await this.#record(commits, null);
  }

  /** Learns the times of the transactions made since; `false` if there were none. */
  async settle(): Promise<boolean> {
    if (this.#entries.length === 0) return false;
    const result = await this.#engine.query("select n, _rhei_valid_from from tick for system_time all");
    const ticks = new Map(result.values().map(([n, time]) => [Number(n), readInstant(String(time))!]));
    for (const entry of this.#entries) {
      const tick = ticks.get(entry.tick)!;
      const time = entry.isWithin ? tick : await this.#timeBefore(tick);
      if (time !== null) this.times.push(time);
      for (const [name, copy] of entry.copies) {
        const past = this.#pasts.get(name) ?? new TablePast();
        this.#pasts.set(name, past);
        past.add(copy, time ?? tick, entry.altered?.table === name ? entry.altered.change : null);
      }
      if (!entry.isWithin) this.times.push(tick);
    }
    this.#entries = [];
    return true;
  }

  /** The time of the transaction between that of the last known and a tick, or `null` if it changed nothing. */
  async #timeBefore(tick: bigint): Promise<bigint | null> {
    const after = this.times.at(-1) ?? 0n;
    const found = new Set<bigint>();
    for (const { name } of this.#tables) {
      const known = await this.#engine.query("select count(*) from sqlite_schema where name = ?", [name]);
      if (known.values()[0]![0] === 0) continue;
      const result = await this.#engine.query(`select distinct _rhei_valid_from from ${name} for system_time all`);
      for (const [text] of result.values()) {
        const time = readInstant(String(text))!;
        if (time > after && time < tick) found.add(time);
      }
    }
    assert.ok(found.size <= 1, `a statement made versions of ${found.size} times`);
    return [...found][0] ?? null;
  }

  #tick(): string {
    this.#ticks += 1;
    return `insert into tick values (${this.#ticks})`;
  }

  async #record(isWithin: boolean, altered: Entry["altered"]): Promise<void> {
    // What another process adds between two syncs is less well known: here every schema change is followed by one.
    if (altered !== null) await this.#engine.syncNow();
    if (!isWithin) await this.#engine.execute(this.#tick());
    const copies = new Map<string, TableCopy>();
    for (const table of this.#tables) {
      const copy = await this.#copyOf(table);
      if (copy !== null) copies.set(table.name, copy);
    }
    this.#entries.push({ tick: this.#ticks, isWithin, copies, altered });
    clock.leap(this.#random.pick(LEAPS_MS));
    if (this.#random.chance(0.2)) await this.#engine.syncNow();
  }

  async #copyOf({ name, ddl, key }: FuzzTable): Promise<TableCopy | null> {
    const { rows: infos } = await this.#plain.query("select name from pragma_table_xinfo(?)", [name]);
    if (infos.length === 0) return null;
    const columns = infos.map(([column]) => String(column));
    const isKeyed = ddl[0]!.endsWith("WITHOUT ROWID");
    const keys = isKeyed ? key : ["rowid"];
    const shown = columns.map((column) => `"${column}"`);
    const { rows } = await this.#plain.query(`select ${[...keys, ...shown].join(", ")} from ${name}`);
    return {
      columns,
      rows: rows.map((row) => ({ key: row.slice(0, keys.length), values: row.slice(keys.length) })),
    };
  }
}

function alterationOf(sql: string): Entry["altered"] {
  const match = ALTER.exec(sql);
  if (match === null) return null;
  const [, table, added, type, dropped, from, to] = match;
  if (added !== undefined) return { table: table!, change: { kind: "added", name: added, type: type! } };
  if (dropped !== undefined) return { table: table!, change: { kind: "dropped", name: dropped } };
  return { table: table!, change: { kind: "renamed", name: from!, to: to! } };
}

/** The clock of the process, which may be put forward; SQLite's own stays. */
export const clock = {
  now: Date.now,
  aheadMs: 0,
  leap(ms: number): void {
    clock.aheadMs += ms;
    Date.now = () => clock.now() + clock.aheadMs;
  },
  restore(): void {
    clock.aheadMs = 0;
    Date.now = clock.now;
  },
};
