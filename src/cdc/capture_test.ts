import assert from "node:assert/strict";
import { type OltpClient, type OltpSnapshot, openOltp } from "../oltp/mod.ts";
import type { ExactValue } from "../types/mod.ts";
import { CASES } from "./capture_cases.ts";
import { ROW_ALIAS } from "./change_query.ts";
import { type CapturedTable, rangeParameters } from "./change_source.ts";
import { quoteName } from "../sql/mod.ts";
import { keyNames } from "./source_schema.ts";
import { TriggerLog } from "./trigger_log.ts";

/** A copy of the captured tables kept up to date from the log alone. */
class Model {
  readonly #log: TriggerLog;
  readonly #oltp: OltpClient;
  readonly #tables = new Map<number, Map<string, string>>();
  readonly #texts = new Map<number, string>();
  #sequence = 0;
  reloads = 0;

  constructor(oltp: OltpClient) {
    this.#oltp = oltp;
    this.#log = new TriggerLog(oltp);
  }

  /** Follows the log to its end, then compares with the tables. */
  async follow(step: string): Promise<void> {
    await this.#log.ensure("all");
    await using snapshot = await this.#oltp.snapshot();
    const state = await this.#log.state(snapshot, 0);
    assert.ok(state);
    const { captured } = await this.#log.schema(snapshot);
    const summary = await this.#log.summary(snapshot, this.#sequence, state.sequence);
    for (const table of captured.values()) {
      const changes = summary.get(table.id);
      const known = this.#tables.get(table.id);
      if (known === undefined || changes?.reload || this.#texts.get(table.id) !== table.table.schema.sql) {
        this.reloads++;
        this.#texts.set(table.id, table.table.schema.sql);
        this.#tables.set(table.id, await read(snapshot, table));
      } else if (changes) {
        await this.#apply(snapshot, table, known, this.#sequence, state.sequence, changes.deletions);
      }
      assert.deepEqual(
        [...this.#tables.get(table.id) ?? []].sort(),
        [...await read(snapshot, table)].sort(),
        `${table.table.schema.name} after: ${step}`,
      );
    }
    this.#sequence = state.sequence;
  }

  async #apply(
    snapshot: OltpSnapshot,
    table: CapturedTable,
    rows: Map<string, string>,
    from: number,
    to: number,
    deletions: boolean,
  ): Promise<void> {
    const range = rangeParameters({ from, to });
    const keys = (await snapshot.query(`SELECT * FROM ${this.#log.removedKeys(table)}`, range)).rows;
    assert.ok(deletions || table.replaces || keys.length === 0, "removals announced");
    for (const key of keys) rows.delete(print(key));
    const changed = `SELECT ${columns(table).join(", ")} FROM ${this.#log.changedRows(table)}`;
    const width = keyNames(table.table.schema.key).length;
    const seen = new Set<string>();
    for (const row of (await snapshot.query(changed, range)).rows) {
      const key = print(row.slice(0, width));
      assert.ok(!seen.has(key), `key ${key} comes once`);
      seen.add(key);
      rows.set(key, print(row));
    }
  }
}

function columns(table: CapturedTable): string[] {
  const { key, columns } = table.table.schema;
  return [...keyNames(key), ...columns.map((column) => column.name)].map((name) => `${ROW_ALIAS}.${quoteName(name)}`);
}

function print(values: readonly ExactValue[]): string {
  return values.map((value) => typeof value === "bigint" ? `${value}n` : JSON.stringify(value)).join("|");
}

async function read(snapshot: OltpSnapshot, table: CapturedTable): Promise<Map<string, string>> {
  const { schema } = table.table;
  const width = keyNames(schema.key).length;
  const { rows } = await snapshot.query(
    `SELECT ${columns(table).join(", ")} FROM ${quoteName(schema.name)} AS ${ROW_ALIAS}`,
  );
  return new Map(rows.map((row) => [print(row.slice(0, width)), print(row)]));
}

for (const recursive of ["off", "on"]) {
  for (const { name, setup, steps, reloads } of CASES) {
    Deno.test(`TriggerLog captures every change with recursive triggers ${recursive}: ${name}`, async () => {
      await using oltp = await openOltp({ path: ":memory:" });
      await oltp.execute(`pragma recursive_triggers = ${recursive}`);
      for (const sql of setup) await oltp.execute(sql);
      const model = new Model(oltp);
      await model.follow("setup");
      model.reloads = 0;
      for (const sql of steps) {
        await oltp.execute(sql);
        await model.follow(sql);
      }
      assert.equal(model.reloads, reloads ?? 0);
    });
  }
}

Deno.test("pending() and summary() tell the tables that changed, and pending() looks no further than for those asked about", async () => {
  await using oltp = await openOltp({ path: ":memory:" });
  for (const table of ["early", "late", "still"]) await oltp.execute(`create table ${table}(id integer primary key)`);
  const log = new TriggerLog(oltp);
  await log.ensure("all");
  await using snapshot = await oltp.snapshot();
  const { captured } = await log.schema(snapshot);
  const [early, late, still] = ["early", "late", "still"].map((name) => captured.get(name)!.id);
  await snapshot.close();
  const from = (await log.position())!.sequence;
  await oltp.execute(
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300) insert into early select i from n",
  );
  await oltp.execute("delete from early where id <= 2");
  await oltp.execute("insert into late values (1)");
  const end = from + 303;
  const pending = async (id: number) => {
    const { tables, lookedTo, sequence } = (await log.pending(from, from, new Set([id])))!;
    assert.equal(sequence, end);
    return { tables: tables.toSorted((a, b) => a - b), all: lookedTo === sequence };
  };
  assert.deepEqual(await pending(early!), { tables: [early], all: false });
  assert.deepEqual(await pending(late!), { tables: [early, late], all: true });
  assert.deepEqual(await pending(still!), { tables: [early, late], all: true });
  await using after = await oltp.snapshot();
  assert.deepEqual(
    await log.summary(after, from, end),
    new Map([
      [early, { changes: 302, deletions: true, reload: false }],
      [late, { changes: 1, deletions: false, reload: false }],
    ]),
  );
});

Deno.test("prune() leaves the newest row whatever it is told, and a record no higher", async () => {
  const oltp = await openOltp({ path: ":memory:" });
  try {
    const log = new TriggerLog(oltp);
    await oltp.execute("create table t(id integer primary key)");
    await log.ensure("all");
    await oltp.execute("insert into t values (1), (2)");
    await log.prune(1_000, "far ahead");
    const { rows } = await oltp.query("select count(*), max(seq) from _rhei_cdc_log");
    const [count, newest] = rows[0] ?? [];
    assert.equal(count, 1n);
    const record = await oltp.query("select value from _rhei_meta where name = 'mirror far ahead'");
    assert.match(String(record.rows[0]?.[0]), new RegExp(`^${newest} `));
    {
      await using snapshot = await oltp.snapshot();
      assert.equal((await log.state(snapshot, 0))?.sequence, Number(newest));
      assert.deepEqual(
        [await log.knowsMirror(snapshot, "far ahead"), await log.knowsMirror(snapshot, "another")],
        [true, false],
      );
    }
    await oltp.execute("update _rhei_meta set value = 2 where name = 'format_version'");
    await assert.rejects(stateOf(log, oltp), /its layout is not version 1/);
    await oltp.execute("update _rhei_meta set value = 1 where name = 'format_version'");
    await oltp.execute("delete from _rhei_cdc_log");
    await assert.rejects(stateOf(log, oltp), /it is empty/);
    await log.untrack("all");
    assert.equal(await stateOf(log, oltp), null);
  } finally {
    await oltp.close();
  }
});

async function stateOf(log: TriggerLog, oltp: OltpClient) {
  await using snapshot = await oltp.snapshot();
  return await log.state(snapshot, 0);
}
