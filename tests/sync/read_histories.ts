import assert from "node:assert/strict";
import type { OlapBackend } from "../../src/olap/mod.ts";
import { decodeExact, type ExactValue, HISTORY_COLUMNS, type MirrorTable } from "../../src/types/mod.ts";

/** A row as it was from a time to a time, in µs since 1970; `Infinity` while it is alive. */
export interface Version {
  readonly from: number;
  readonly to: number;
  readonly values: ReadonlyMap<string, unknown>;
}

export const OWN_COLUMNS: ReadonlySet<string> = new Set(Object.values(HISTORY_COLUMNS));

/** A table's versions. */
export interface History {
  readonly tableId: number;
  readonly keyColumns: readonly string[];
  /** Those the table has now. */
  readonly columns: readonly string[];
  /** Those it has or had. */
  readonly kept: readonly string[];
  readonly versions: readonly Version[];
}

/** The histories of a mirror that are still added to, by table. */
export async function readHistories(olap: OlapBackend): Promise<Map<string, History>> {
  const tables = (await olap.state())?.tables ?? [];
  const histories = new Map<string, History>();
  for (const open of tables) {
    if (open.history?.part !== "open" || !open.history.live) continue;
    const { of: name, tableId } = open.history;
    const closed = tables.find(({ history }) => history?.tableId === tableId && history.part === "closed");
    assert.ok(closed && !histories.has(name), `${name} has one living history`);
    const namesOf = ({ columns }: MirrorTable) =>
      columns.map((column) => column.name).filter((column) => !OWN_COLUMNS.has(column));
    histories.set(name, {
      tableId,
      keyColumns: open.keyColumns,
      columns: namesOf(open),
      kept: namesOf(closed),
      versions: [...await readVersions(open, olap), ...await readVersions(closed, olap)],
    });
  }
  return histories;
}

async function readVersions(table: MirrorTable, olap: OlapBackend): Promise<Version[]> {
  const versions: Version[] = [];
  const encoded = new Set(table.history?.encoded);
  for await (const rows of olap.scan(table.name)) {
    for (const row of rows) {
      const values = new Map(table.columns.map(({ name }, at) => {
        const value: ExactValue = row[at] ?? null;
        return [name, encoded.has(name) ? decodeExact(value as Uint8Array) : value];
      }));
      const to = values.get(HISTORY_COLUMNS.validTo);
      versions.push({
        from: Number(values.get(HISTORY_COLUMNS.validFrom)),
        to: to === undefined ? Infinity : Number(to),
        values,
      });
    }
  }
  return versions;
}
