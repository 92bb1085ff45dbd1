import assert from "node:assert/strict";
import { type OltpClient, type OltpSnapshot, openOltp } from "../oltp/mod.ts";
import { UndecodableText } from "../types/mod.ts";
import { CASES } from "./capture_cases.ts";
import type { CapturedTable } from "./change_source.ts";
import type { ImageValue, RowEvent } from "./log_event.ts";
import { quoteName } from "../sql/mod.ts";
import { keyNames } from "./source_schema.ts";
import { TriggerLog } from "./trigger_log.ts";

/** Copies of the captured tables made from the images in the log alone. */
class ImageModel {
  readonly log: TriggerLog;
  readonly #oltp: OltpClient;
  readonly #tables = new Map<number, Map<string, string>>();
  #sequence = 0;
  reloads = 0;

  constructor(oltp: OltpClient) {
    this.#oltp = oltp;
    this.log = new TriggerLog(oltp, "images");
  }

  /** Follows the log to its end, then compares with the tables. */
  async follow(step: string): Promise<void> {
    await this.log.ensure("all");
    await using snapshot = await this.#oltp.snapshot();
    const state = await this.log.state(snapshot, 0);
    assert.ok(state);
    const { captured, level } = await this.log.schema(snapshot);
    assert.equal(level, "images");
    const reload = new Set<number>();
    for await (const events of this.log.events(snapshot, { from: this.#sequence, to: state.sequence }, 3)) {
      for (const event of events) {
        if (event.kind === "reload") reload.add(event.tableId);
        if (event.kind === "row") this.#apply(event);
      }
    }
    for (const table of captured.values()) {
      const rows = await read(snapshot, table);
      if (reload.has(table.id)) {
        this.reloads++;
        this.#tables.set(table.id, rows);
      }
      const known = [...this.#tables.get(table.id) ?? []].sort();
      assert.deepEqual(known, [...rows].sort(), `${table.table.schema.name} after: ${step}`);
    }
    this.#sequence = state.sequence;
  }

  #apply({ tableId, key, image }: RowEvent): void {
    const rows = this.#tables.get(tableId) ?? new Map();
    this.#tables.set(tableId, rows);
    if (image === null) rows.delete(print(key));
    else rows.set(print(key), print(image));
  }
}

function print(values: readonly ImageValue[]): string {
  return values.map((value) => {
    if (value instanceof UndecodableText) return `text ${value.bytes}`;
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : `${value}r`;
    return value instanceof Uint8Array ? `blob ${value}` : JSON.stringify(value);
  }).join("|");
}

async function read(snapshot: OltpSnapshot, { table: { schema } }: CapturedTable): Promise<Map<string, string>> {
  const keys = keyNames(schema.key);
  const columns = [...keys, ...schema.columns.map((column) => column.name)].map(quoteName);
  const { rows } = await snapshot.query(`SELECT ${columns.join(", ")} FROM ${quoteName(schema.name)}`);
  return new Map(rows.map((row) => [print(row.slice(0, keys.length)), print(row.slice(keys.length))]));
}

for (const recursive of ["off", "on"]) {
  for (const { name, setup, steps, reloads } of CASES) {
    Deno.test(`TriggerLog captures every image with recursive triggers ${recursive}: ${name}`, async () => {
      await using oltp = await openOltp({ path: ":memory:" });
      await oltp.execute(`pragma recursive_triggers = ${recursive}`);
      for (const sql of setup) await oltp.execute(sql);
      const model = new ImageModel(oltp);
      await model.follow("setup");
      model.reloads = 0;
      for (const sql of steps) {
        if (!/^(alter|create|drop)/.test(sql)) await oltp.execute(sql);
        else await oltp.transaction((transaction) => model.log.runSchemaStatement(transaction, sql));
        await model.follow(sql);
      }
      assert.equal(model.reloads, reloads ?? 0);
    });
  }
}
