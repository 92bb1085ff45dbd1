import assert from "node:assert/strict";
import { readdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RheiError } from "../../../src/errors/mod.ts";
import { batchOf, change, commit, compile, keysOf, load, query, rowsOf, stateAt, tableOf } from "./fixtures.ts";
import { startChild } from "./child.ts";
import type { OlapCase, OlapCases } from "./harness.ts";

const T = tableOf("t", [["id", "integer"], ["v", "text"]], ["id"]);
const failsAs = (code: string) => (error: unknown) => error instanceof RheiError && error.code === code;

/** Damages every file of a closed mirror; it must open without a state, refuse to be used, and work after a reset. */
function damaged(damage: (file: string) => Promise<void>): OlapCase {
  return async (backend, { folder, reopen, subject }) => {
    await load(backend, T, Array.from({ length: 5000 }, (_, at) => [BigInt(at), `row ${at}`]));
    await backend.close();
    for (const file of await readdir(folder!, { withFileTypes: true })) {
      if (file.isFile()) await damage(join(folder!, file.name));
    }
    const again = await reopen();
    assert.equal(await again.state(), null, subject.name);
    await assert.rejects(again.begin(), failsAs("OLAP_UNAVAILABLE"));
    await again.reset();
    assert.equal(await again.state(), null);
    await load(again, T, [[1n, "rebuilt"]]);
    assert.deepEqual(await rowsOf(again, T), [[1n, "rebuilt"]]);
  };
}

/** Cases of mirrors that survive the process. */
export const lifecycleCases: OlapCases = {
  "keeps state, tables and rows when closed and opened": async (backend, { reopen }) => {
    await load(backend, T, [[1n, "one"], [2n, "two"]]);
    await change(backend, 2, T, [[2n, "deux"]], [[1n]]);
    const again = await reopen();
    assert.deepEqual(await again.state(), { state: stateAt(2), tables: [T] });
    assert.deepEqual(await rowsOf(again, T), [[2n, "deux"]]);
    await change(again, 3, T, [[2n, "zwei"], [3n, "drei"]], []);
    assert.deepEqual(await rowsOf(await reopen(), T), [[2n, "zwei"], [3n, "drei"]]);
  },

  "keeps everything through checkpoints": async (backend, { reopen }) => {
    await backend.checkpoint();
    await load(backend, T, Array.from({ length: 3000 }, (_, at) => [BigInt(at), "a"]));
    await backend.checkpoint();
    await change(backend, 2, T, [[1n, "b"], [5000n, "b"]], [[0n]]);
    await backend.checkpoint();
    const again = await reopen();
    assert.equal(await again.rowCount("t"), 3000);
    assert.deepEqual(await query(again, "select id from t where v = 'b' order by id"), [[1n], [5000n]]);
  },

  "tells the size of a table": async (backend, { reopen }) => {
    await load(backend, T, Array.from({ length: 30_000 }, (_, at) => [BigInt(at), `row ${at}`]));
    await backend.checkpoint();
    const sizes = [await backend.tableBytes("t")];
    const again = await reopen();
    sizes.push(await again.tableBytes("t"));
    for (const bytes of sizes) assert.ok(bytes !== null && bytes > 10_000 && bytes < 10_000_000, String(bytes));
    await assert.rejects(again.tableBytes("nobody"), TypeError);
  },

  "starts empty after a reset": async (backend, { reopen }) => {
    await load(backend, T, [[1n, "one"]]);
    await backend.reset();
    assert.equal(await backend.state(), null);
    await assert.rejects(backend.rowCount("t"), TypeError);
    await load(backend, T, [[2n, "two"]]);
    assert.deepEqual(await rowsOf(backend, T), [[2n, "two"]]);
    assert.deepEqual(await rowsOf(await reopen(), T), [[2n, "two"]]);
  },

  "lets a running query finish when it is reset meanwhile": async (backend) => {
    await load(backend, T, Array.from({ length: 1000 }, (_, at) => [BigInt(at), "a"]));
    const compiled = await compile(backend, "select count(*) from t a, t b where a.id + b.id >= 0");
    const running = backend.run(compiled);
    const reset = backend.reset();
    assert.deepEqual((await running).rows, [[1_000_000n]]);
    await reset;
    assert.equal(await backend.state(), null);
  },

  "refuses everything after close, which may be called again": async (backend) => {
    await load(backend, T, [[1n, "one"]]);
    const compiled = await compile(backend, "select * from t");
    const transaction = await backend.begin();
    await transaction.change("t", batchOf(T, [[1n, "never"]]), keysOf(T, []));
    await Promise.all([backend.close(), backend.close()]);
    await backend.close();
    const closed = failsAs("CLOSED");
    await assert.rejects(backend.state(), closed);
    await assert.rejects(backend.reset(), closed);
    await assert.rejects(backend.begin(), closed);
    await assert.rejects(backend.run(compiled), closed);
    await assert.rejects(backend.explain(compiled), closed);
    await assert.rejects(backend.rowCount("t"), closed);
    await assert.rejects(backend.checkpoint(), closed);
    await assert.rejects(backend.scan("t")[Symbol.asyncIterator]().next(), closed);
    await assert.rejects(transaction.commit(stateAt(2)), RheiError);
  },

  "undoes an open transaction on close, and lets a commit under way finish": async (backend, { reopen }) => {
    await load(backend, T, [[1n, "one"]]);
    const first = await backend.begin();
    await first.change("t", batchOf(T, [[1n, "committed"]]), keysOf(T, []));
    const committing = first.commit(stateAt(2));
    await backend.close();
    await committing;
    const again = await reopen();
    assert.deepEqual(await rowsOf(again, T), [[1n, "committed"]]);
    const second = await again.begin();
    await second.change("t", batchOf(T, [[1n, "never"]]), keysOf(T, []));
    assert.deepEqual(await rowsOf(await reopen(), T), [[1n, "committed"]]);
  },

  "waits on close for a query, a waiting writer and an unfinished scan": async (backend) => {
    await load(backend, T, Array.from({ length: 20_000 }, (_, at) => [BigInt(at), "a"]));
    const scan = backend.scan("t")[Symbol.asyncIterator]();
    await scan.next();
    const compiled = await compile(backend, "select count(*) from t a, t b where a.id + b.id >= 0 and b.id < 100");
    const running = backend.run(compiled);
    const transaction = await backend.begin();
    const waiting = assert.rejects(backend.begin(), failsAs("CLOSED"));
    await backend.close();
    assert.deepEqual((await running).rows, [[2_000_000n]]);
    await waiting;
    await assert.rejects(scan.next(), failsAs("CLOSED"));
    await assert.rejects(transaction.commit(stateAt(2)), RheiError);
  },

  "does not hand out a transaction that was asked for just before close": async (backend) => {
    await load(backend, T, [[1n, "one"]]);
    const beginning = assert.rejects(backend.begin(), failsAs("CLOSED"));
    await backend.close();
    await beginning;
  },

  "makes its folder, and says when it cannot": async (backend, { folder, subject }) => {
    await backend.close();
    const deep = await subject.open(join(folder!, "not", "yet", "there"));
    assert.equal(await deep.state(), null);
    await deep.close();
    const file = join(folder!, "file");
    await writeFile(file, "");
    await assert.rejects(subject.open(join(file, "mirror")), failsAs("OLAP_UNAVAILABLE"));
  },

  "refuses a second opening in this process until the first is closed": async (
    backend,
    { folder, subject, reopen },
  ) => {
    await load(backend, T, [[1n, "one"]]);
    await assert.rejects(subject.open(folder), failsAs("OLAP_UNAVAILABLE"));
    await assert.rejects(subject.open(`${folder}/../mirror/`), failsAs("OLAP_UNAVAILABLE"));
    assert.deepEqual(await rowsOf(backend, T), [[1n, "one"]]);
    assert.deepEqual(await rowsOf(await reopen(), T), [[1n, "one"]]);
  },

  "names the process that holds the mirror, and opens once that has closed it": async (
    backend,
    { folder, subject },
  ) => {
    await backend.close();
    const child = startChild(subject, folder!);
    const held = (error: unknown) =>
      failsAs("OLAP_UNAVAILABLE")(error) && `${(error as RheiError).hint}`.includes(`${child.pid}`);
    await child.committed(1);
    await assert.rejects(subject.open(folder), held);
    await child.stop();
    const mine = await subject.open(folder);
    assert((await mine.state())!.state.watermark >= 1);
    await mine.close();
  },

  "lets go of the file on close, whatever was done before": async (backend, { folder, subject }) => {
    await load(backend, T, Array.from({ length: 20_000 }, (_, at) => [BigInt(at), "a"]));
    await query(backend, "select v, count(*) from t group by v");
    for await (const _batch of backend.scan("t")) break;
    const scan = backend.scan("t")[Symbol.asyncIterator]();
    await scan.next();
    await commit(backend, 2, (transaction) => transaction.dropTable("t"));
    await backend.begin();
    await backend.close();
    const child = startChild(subject, folder!);
    await child.committed(1);
    await child.stop();
  },

  "has no state when its files are cut off": damaged((file) => truncate(file, 5000)),
  "has no state when its files are empty text": damaged((file) => writeFile(file, "not a mirror")),
  "has no state when its files are overwritten": damaged((file) => writeFile(file, new Uint8Array(300_000).fill(0xa5))),
};
