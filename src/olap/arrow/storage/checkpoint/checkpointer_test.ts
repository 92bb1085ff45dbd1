import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { batchOf, keysOf, type Rows, stateAt, tableOf } from "../../../../../tests/conformance/olap/fixtures.ts";
import type { ExactValue } from "../../../../types/mod.ts";
import { clearPositions } from "../bitmap.ts";
import { ColumnStore } from "../column_store.ts";
import { readValues } from "../read_vectors.ts";
import type { StoreContents } from "../store_contents.ts";
import { Checkpointer } from "./checkpointer.ts";
import { DISK, type FileSystem } from "./file_system.ts";

const T = tableOf("T", [["id", "integer"], ["i", "integer"], ["n", "number"], ["s", "text"], ["b", "blob"]], ["id"]);
const U = tableOf("u", [["k", "text"], ["v", "text"]], ["k"]);

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "rhei-checkpoint-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function rowsOf(contents: StoreContents, name: string): ExactValue[][] {
  const { table, columns, deleted, positionCount } = contents.tables.get(name)!.snapshot;
  const positions = clearPositions(deleted, positionCount);
  const values = columns.map((column, at) => readValues(column, table.columns[at]!.class, positions));
  return Array.from(positions, (_, row) => values.map((column) => column[row]!));
}

/** Writes, reads back, and compares everything. */
async function roundTrip(folder: string, checkpointer: Checkpointer, store: ColumnStore): Promise<StoreContents> {
  await checkpointer.write(() => store.contents);
  assert.equal(checkpointer.watermark, store.contents.state!.watermark);
  const read = await new Checkpointer(folder).load();
  assert(read !== null);
  assert.deepEqual(read.state, store.contents.state);
  assert.deepEqual([...read.tables.keys()], [...store.contents.tables.keys()]);
  for (const name of read.tables.keys()) {
    const rows = rowsOf(read, name);
    const expected = rowsOf(store.contents, name);
    assert.deepEqual(rows, expected, name);
  }
  return read;
}

function change(store: ColumnStore, upserts: Rows, deletes: Rows): void {
  const transaction = store.begin();
  transaction.change("t", batchOf(T, upserts), keysOf(T, deletes));
  transaction.commit(stateAt(store.contents.state!.watermark + 1));
}

function append(store: ColumnStore, first: number, count: number, textOf: (id: number) => string | null): void {
  const transaction = store.begin();
  for (let from = first; from < first + count; from += 50_000) {
    const rows = Array.from({ length: Math.min(50_000, first + count - from) }, (_, at): ExactValue[] => {
      const id = from + at;
      return [BigInt(id), BigInt(id % 100), id % 3 === 0 ? null : BigInt(id), textOf(id), Uint8Array.of(id & 255)];
    });
    transaction.append("t", batchOf(T, rows));
  }
  transaction.commit(stateAt((store.contents.state?.watermark ?? 0) + 1));
}

function storeWith(...tables: readonly typeof T[]): ColumnStore {
  const store = new ColumnStore();
  const transaction = store.begin();
  for (const table of tables) transaction.createTable(table);
  transaction.commit(stateAt(1));
  return store;
}

const dataFiles = async (folder: string) => (await readdir(join(folder, "data"))).sort();

Deno.test("Checkpointer brings back every form of a column, changed from one checkpoint to the next", () =>
  inFolder(async (folder) => {
    const checkpointer = new Checkpointer(folder);
    assert.equal(await checkpointer.load(), null);
    assert.equal(checkpointer.watermark, null);
    const store = storeWith(T, U);
    await roundTrip(folder, checkpointer, store);
    append(store, 0, 300, () => null);
    await roundTrip(folder, checkpointer, store);
    append(store, 300, 300, (id) => ["", "ä", null][id % 3]!);
    await roundTrip(folder, checkpointer, store);
    change(store, [[5n, 2n ** 40n, 0.5, "five", null], [6n, null, null, null, null]], [[7n]]);
    await roundTrip(folder, checkpointer, store);
    append(store, 1000, 50, () => "rows without further deletions");
    await roundTrip(folder, checkpointer, store);
    change(store, [[5n, -(2n ** 63n), Infinity, "fünf", new Uint8Array(300)]], [[6n], [8n]]);
    await roundTrip(folder, checkpointer, store);
    await store.contents.tables.get("t")!.compact(async () => {}, async () => () => {});
    await roundTrip(folder, checkpointer, store);
    const dropping = store.begin();
    dropping.dropTable("t");
    dropping.commit(stateAt(100));
    await roundTrip(folder, checkpointer, store);
    assert.equal((await dataFiles(folder)).length, 2, "the dictionaries of the table that is left");
  }));

Deno.test("Checkpointer keeps full files, also over a restart, and reads codes of a dictionary that was given up", () =>
  inFolder(async (folder) => {
    const checkpointer = new Checkpointer(folder, 8192);
    const store = storeWith(T);
    append(store, 0, 10_000, (id) => `text ${id % 100}`);
    await roundTrip(folder, checkpointer, store);
    const [full] = await dataFiles(folder);
    const { mtimeMs } = await stat(join(folder, "data", full!));
    append(store, 10_000, 14_000, (id) => `distinct ${id}`);
    assert.equal(store.table("t")!.columns[3]!.data.kind, "utf8");
    await roundTrip(folder, checkpointer, store);

    const again = new Checkpointer(folder, 8192);
    const restarted = new ColumnStore();
    restarted.replace((await again.load())!);
    const files = await dataFiles(folder);
    await again.write(() => restarted.contents);
    assert.deepEqual(await dataFiles(folder), files, "nothing is written when nothing has changed");
    change(restarted, [[3n, 1n, null, "changed", null]], [[4n]]);
    await roundTrip(folder, again, restarted);
    assert.equal((await stat(join(folder, "data", full!))).mtimeMs, mtimeMs);
    assert((await dataFiles(folder)).includes(files[1]!));
    const readable = tableFromIPC(await readFile(join(folder, "data", full!)));
    assert.deepEqual(readable.schema.fields.map(({ name }) => name), ["id", "i", "n", "s", "b"]);
  }));

Deno.test("Checkpointer refuses a checkpoint of which any file is damaged or missing", () =>
  inFolder(async (folder) => {
    const store = storeWith(T);
    append(store, 0, 500, (id) => `text ${id % 10}`);
    change(store, [], [[3n]]);
    await new Checkpointer(folder).write(() => store.contents);
    const names = await dataFiles(folder);
    assert.equal(names.length, 3);
    for (const path of [...names.map((name) => join(folder, "data", name)), join(folder, "manifest.json")]) {
      const sound = await readFile(path);
      const flipped = Uint8Array.from(sound);
      flipped[flipped.length >> 1]! ^= 1;
      const isManifest = path.endsWith(".json");
      for (const damaged of [flipped, sound.subarray(0, -1), new Uint8Array([...sound, 0]), new Uint8Array(0)]) {
        await writeFile(path, damaged);
        await assert.rejects(new Checkpointer(folder).load(), { name: "DamagedFile" }, path);
      }
      await rm(path);
      if (isManifest) assert.equal(await new Checkpointer(folder).load(), null);
      else await assert.rejects(new Checkpointer(folder).load(), { code: "ENOENT" });
      await writeFile(path, sound);
    }
    assert.deepEqual(rowsOf((await new Checkpointer(folder).load())!, "t"), rowsOf(store.contents, "t"));
  }));

Deno.test("Checkpointer keeps the checkpoint before when one fails, and removes what that left", () =>
  inFolder(async (folder) => {
    const checkpointer = new Checkpointer(folder);
    const store = storeWith(T);
    append(store, 0, 10, () => "a");
    await checkpointer.write(() => store.contents);
    append(store, 10, 10, () => "b");
    // A folder in the place of the file to be written makes the next one fail after its data was written.
    await Deno.mkdir(join(folder, "manifest.json.new"));
    await assert.rejects(checkpointer.write(() => store.contents));
    assert.equal(checkpointer.watermark, 2);
    assert.equal((await new Checkpointer(folder).load())!.state!.watermark, 2);
    await Deno.remove(join(folder, "manifest.json.new"));
    await roundTrip(folder, checkpointer, store);
    assert.equal((await dataFiles(folder)).length, 2);
  }));

Deno.test("Checkpointer loads and writes where files left over cannot be removed, and removes them once they can", () =>
  inFolder(async (folder) => {
    let removes = false;
    const failing: FileSystem = {
      ...DISK,
      rm: (path, options) => removes ? DISK.rm(path, options) : Promise.reject(new Error("EIO: not removed")),
    };
    const store = storeWith(T);
    append(store, 0, 10, () => "a");
    const checkpointer = new Checkpointer(folder, undefined, failing);
    await checkpointer.write(() => store.contents);
    append(store, 10, 10, () => "b");
    await checkpointer.write(() => store.contents);
    assert.equal(checkpointer.watermark, 3);
    const left = (await dataFiles(folder)).length;
    const next = new Checkpointer(folder, undefined, failing);
    assert.deepEqual(rowsOf((await next.load())!, "t"), rowsOf(store.contents, "t"));
    assert.equal((await dataFiles(folder)).length, left);
    removes = true;
    append(store, 20, 10, () => "c");
    await roundTrip(folder, next, store);
    assert.ok((await dataFiles(folder)).length < left);
  }));

Deno.test("Checkpointer writes the state it began with while transactions go on", () =>
  inFolder(async (folder) => {
    const checkpointer = new Checkpointer(folder);
    const store = storeWith(T);
    append(store, 0, 5000, (id) => id % 5 === 0 ? null : `text ${id}`);
    change(store, [], [[1n]]);
    const begun = Promise.withResolvers<ExactValue[][]>();
    const writing = checkpointer.write(() => {
      begun.resolve(rowsOf(store.contents, "t"));
      return store.contents;
    });
    const before = await begun.promise;
    for (let round = 0; round < 40; round++) {
      change(store, Array.from({ length: 50 }, (_, at) => [BigInt(round * 50 + at), null, null, null, null]), []);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    const read = (await new Checkpointer(folder).load())!;
    assert.equal(read.state!.watermark, 3);
    assert.deepEqual(rowsOf(read, "t"), before);
  }));
