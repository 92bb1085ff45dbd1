import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import type { MirrorCatalog, OlapBackend } from "../olap/mod.ts";
import type { MirrorTable } from "../types/mod.ts";
import { PinnedMirror } from "./pinned_mirror.ts";

function part(name: string, columns: readonly string[]): MirrorTable {
  return {
    name,
    source: { name, columns: [], key: { kind: "primaryKey", columns: ["id"] }, sql: "" },
    columns: columns.map((column) => ({ name: column, class: "integer" })),
    keyColumns: ["id"],
  };
}

/** A mirror that holds the tables; whether it is held at the moment. */
function mirrorWith(tables: readonly MirrorTable[]): { backend: OlapBackend; isHeld: () => boolean } {
  let held = false;
  const backend = {
    begin() {
      held = true;
      return Promise.resolve({ rollback: () => Promise.resolve(void (held = false)) });
    },
    state: () => Promise.resolve({ state: {}, tables }),
  } as unknown as OlapBackend;
  return { backend, isHeld: () => held };
}

const CATALOG = {
  history: () => ({ open: part("open_1", ["id", "old"]), closed: part("closed_1", ["id", "old"]) }),
} as unknown as MirrorCatalog;

Deno.test("PinnedMirror gives the columns of the state it holds, whatever the catalog knew", async () => {
  const [open, closed] = [part("open_1", ["id", "new"]), part("closed_1", ["id", "old", "new"])];
  const { backend, isHeld } = mirrorWith([open, closed]);
  {
    await using pinned = await PinnedMirror.hold(backend, CATALOG);
    assert.deepEqual(pinned.requireHistory("t"), { open, closed });
    assert.ok(isHeld());
  }
  assert.ok(!isHeld());
});

Deno.test("PinnedMirror says that a history is gone when the catalog still knew it", async () => {
  await using pinned = await PinnedMirror.hold(mirrorWith([]).backend, CATALOG);
  assert.throws(
    () => pinned.requireHistory("t"),
    (error) => error instanceof RheiError && error.code === "HISTORY_UNAVAILABLE" && error.retryable,
  );
});
