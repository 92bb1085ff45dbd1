import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type Case, fails, type OltpSubject, rowsOf } from "./harness.ts";

/** Read transactions. */
export function snapshots(subject: OltpSubject): Record<string, Case> {
  const cases: Record<string, Case> = {
    "snapshot() streams rows in batches, in order": async (client) => {
      await client.execute("create table t (id integer primary key, x)");
      await client.execute(
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 25) insert into t select i, i * 0.5 from n",
      );
      await using snapshot = await client.snapshot();
      const batches = [];
      for await (const batch of snapshot.stream("select id, x from t where id > ?", [5], 8)) batches.push(batch);
      deepStrictEqual(batches.map((batch) => batch.length), [8, 8, 4]);
      deepStrictEqual(batches.flat(), Array.from({ length: 20 }, (_, i) => [BigInt(i + 6), (i + 6) * 0.5]));
    },
    "snapshot() lets writers go on after a stream was left half-read": async (client) => {
      await client.execute("create table t (x)");
      await client.execute("insert into t values (1), (2), (3)");
      const snapshot = await client.snapshot();
      for await (const batch of snapshot.stream("select x from t", [], 1)) {
        deepStrictEqual(batch, [[1n]]);
        break;
      }
      await snapshot.close();
      await snapshot.close();
      await client.execute("drop table t");
      await rejects(() => snapshot.query("select 1"), fails("CLOSED"));
    },
    "snapshot() refuses to write": async (client) => {
      await client.execute("create table t (x)");
      await using snapshot = await client.snapshot();
      await rejects(() => snapshot.query("insert into t values (1)"), fails("SQL_ERROR", /no reading statement/));
    },
    "snapshot() refuses a batch size that is none": async (client) => {
      await using snapshot = await client.snapshot();
      for (const batchRows of [0, -1, 1.5, NaN]) {
        await rejects(async () => {
          for await (const _ of snapshot.stream("select 1", [], batchRows));
        }, RangeError);
      }
    },
  };
  if (subject.shareable) {
    cases["snapshot() sees one state while writes go on"] = async (client) => {
      await client.execute("create table t (x)");
      await client.execute("insert into t values (1)");
      await using snapshot = await client.snapshot();
      await client.execute("insert into t values (2)");
      await using later = await client.snapshot();
      await client.execute("delete from t");
      deepStrictEqual((await snapshot.query("select x from t")).rows, [[1n]]);
      deepStrictEqual((await later.query("select x from t")).rows, [[1n], [2n]]);
      deepStrictEqual(await rowsOf(client, "select x from t"), []);
    };
  }
  return cases;
}

/** The end of a client. */
export function closing(): Record<string, Case> {
  return {
    "close() may be called twice and refuses what comes after": async (client) => {
      await client.close();
      await client.close();
      for (
        const call of [
          () => client.query("select 1"),
          () => client.readInBackground("select 1", []),
          () => client.execute("create table t (x)"),
          () => client.batch([]),
          () => client.transaction(async () => {}),
          () => client.begin(),
          () => client.snapshot(),
          () => client.dataVersion(),
        ]
      ) await rejects(call, fails("CLOSED", /it is closed/));
    },
    "close() waits for a transaction body": async (client) => {
      await client.execute("create table t (x)");
      const { promise, resolve } = Promise.withResolvers<void>();
      const transaction = client.transaction(async (tx) => {
        await promise;
        return (await tx.execute("insert into t values (1)")).rowsAffected;
      });
      const closed = client.close();
      resolve();
      strictEqual(await transaction, 1);
      await closed;
    },
    "close() undoes a transaction that was left open": async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      await tx.execute("insert into t values (1)");
      await client.close();
      await rejects(() => tx.commit(), fails("CLOSED"));
    },
  };
}
