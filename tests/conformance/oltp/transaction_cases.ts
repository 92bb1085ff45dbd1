import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type RheiError } from "../../../src/errors/mod.ts";
import { type Case, fails, type OltpSubject, rowsOf } from "./harness.ts";

/** Transactions with a body. */
export function transactions(): Record<string, Case> {
  return {
    "transaction() commits what its body did and gives its value": async (client) => {
      await client.execute("create table t (x)");
      const value = await client.transaction(async (tx) => {
        await tx.execute("insert into t values (1)");
        deepStrictEqual((await tx.query("select x from t")).rows, [[1n]]);
        return "done";
      });
      strictEqual(value, "done");
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "transaction() undoes everything when its body throws": async (client) => {
      await client.execute("create table t (x)");
      const boom = new Error("boom");
      await rejects(() =>
        client.transaction(async (tx) => {
          await tx.execute("insert into t values (1)");
          throw boom;
        }), (error) => error === boom);
      deepStrictEqual(await rowsOf(client, "select x from t"), []);
      await client.execute("insert into t values (2)");
    },
    "transaction() goes on after a failed statement that its body handles": async (client) => {
      await client.execute("create table t (id integer primary key)");
      await client.transaction(async (tx) => {
        await tx.execute("insert into t values (1)");
        await rejects(() => tx.execute("insert into t values (1)"), fails("SQL_CONSTRAINT"));
        await tx.execute("insert into t values (2)");
      });
      deepStrictEqual(await rowsOf(client, "select id from t"), [[1n], [2n]]);
    },
    "transaction() and batch() say which statement failed, in SQLite's own words": async (client) => {
      await client.execute("create table t (x)");
      const names = (sql: string, words: string) => (error: unknown) => {
        const { code, details, cause } = error as RheiError;
        deepStrictEqual([code, details["sql"], (cause as Error).message], ["SQL_UNKNOWN_NAME", sql, words]);
        return cause instanceof Error;
      };
      const unknown = "update t set y = 1";
      await client.transaction(async (tx) => {
        await rejects(() => tx.execute(unknown), names(unknown, "no such column: y"));
      });
      const statements = [{ sql: "insert into t values (1)" }, { sql: unknown }, { sql: "delete from t" }];
      await rejects(() => client.batch(statements), names(unknown, "no such column: y"));
    },
    "transaction() does not go on after a statement that rolled it back": async (client) => {
      await client.execute("create table t (id integer primary key)");
      await client.execute("insert into t values (1)");
      await rejects(() =>
        client.transaction(async (tx) => {
          await tx.execute("insert into t values (2)");
          await rejects(() => tx.execute("insert or rollback into t values (1)"), fails("SQL_CONSTRAINT"));
          await rejects(() => tx.execute("insert into t values (3)"), fails("TRANSACTION_STATE", /rolled it back/));
        }), fails("TRANSACTION_STATE", /rolled it back/));
      deepStrictEqual(await rowsOf(client, "select id from t"), [[1n]]);
    },
    "transaction() refuses calls that would wait for itself": async (client) => {
      await client.execute("create table t (x)");
      await client.transaction(async (tx) => {
        await rejects(
          () => client.transaction(async () => {}),
          fails("TRANSACTION_STATE", /inside a transaction body/),
        );
        await rejects(() => client.execute("delete from t"), fails("TRANSACTION_STATE", /execute\(\)/));
        await rejects(() => client.batch([]), fails("TRANSACTION_STATE", /batch\(\)/));
        await rejects(() => client.begin(), fails("TRANSACTION_STATE", /begin\(\)/));
        for (const sql of ["begin", "commit", "rollback"]) {
          await rejects(() => tx.execute(sql), fails("TRANSACTION_STATE", /inside a transaction/));
        }
        await tx.execute("insert into t values (1)");
      });
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "transaction() allows savepoints": async (client) => {
      await client.execute("create table t (x)");
      await client.transaction(async (tx) => {
        await tx.execute("savepoint a");
        await tx.execute("insert into t values (1)");
        await tx.execute("rollback to a");
        await tx.execute("insert into t values (2)");
        await tx.execute("release a");
      });
      deepStrictEqual(await rowsOf(client, "select x from t"), [[2n]]);
    },
    "transaction() lets the work its body left running go on outside": async (client) => {
      await client.execute("create table t (x)");
      let late: Promise<unknown> | undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      await client.transaction(async () => {
        late = promise.then(() => client.execute("insert into t values (1)"));
      });
      resolve();
      await late;
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "transaction() waits for others in order": async (client) => {
      await client.execute("create table t (x integer primary key, name)");
      await Promise.all(["a", "b", "c"].map((name) =>
        client.transaction(async (tx) => {
          const [[count]] = (await tx.query("select count(*) from t")).rows as [[bigint]];
          await tx.execute("insert into t values (?, ?)", [count, name]);
        })
      ));
      deepStrictEqual(await rowsOf(client, "select * from t"), [[0n, "a"], [1n, "b"], [2n, "c"]]);
    },
    "transaction() objects are dead after their end": async (client) => {
      const tx = await client.transaction(async (tx) => tx);
      await rejects(() => tx.execute("select 1"), fails("CLOSED", /has ended/));
      await rejects(() => tx.query("select 1"), fails("CLOSED", /has ended/));
    },
  };
}

/** Transactions that the caller ends, and what others see of them. */
export function openTransactions(subject: OltpSubject): Record<string, Case> {
  const cases: Record<string, Case> = {
    "begin() commits when told": async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      await tx.execute("insert into t values (1)");
      await tx.commit();
      await rejects(() => tx.rollback(), fails("CLOSED"));
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "begin() undoes when told": async (client) => {
      await client.execute("create table t (x)");
      for (const mode of ["deferred", "immediate", "exclusive"] as const) {
        const tx = await client.begin(mode);
        await tx.execute("insert into t values (1)");
        await tx.rollback();
      }
      deepStrictEqual(await rowsOf(client, "select x from t"), []);
    },
    "begin() lets rollback follow a failed statement that ended it": async (client) => {
      await client.execute("create table t (id integer primary key)");
      await client.execute("insert into t values (1)");
      const tx = await client.begin();
      await rejects(() => tx.execute("insert or rollback into t values (1)"), fails("SQL_CONSTRAINT"));
      await rejects(() => tx.commit(), fails("TRANSACTION_STATE"));
      await tx.rollback();
      await client.execute("insert into t values (2)");
    },
    "begin() keeps other writers waiting no longer than the busy timeout": async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      await rejects(() => client.execute("insert into t values (1)"), (error) => {
        return fails("DATABASE_LOCKED", /still open/)(error) && (error as RheiError).retryable;
      });
      await tx.commit();
      await client.execute("insert into t values (2)");
    },
    "begin() lets a waiting writer in when it ends": async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      const waiting = client.execute("insert into t values (1)");
      await tx.rollback();
      await waiting;
      deepStrictEqual(await rowsOf(client, "select x from t"), [[1n]]);
    },
    "commit() reports a violated deferred foreign key, and rollback may follow": async (client) => {
      await client.execute("create table p (id integer primary key)");
      await client.execute("create table c (p references p deferrable initially deferred)");
      const tx = await client.begin();
      await tx.execute("insert into c values (9)");
      await rejects(() => tx.commit(), fails("SQL_CONSTRAINT", /FOREIGN KEY/));
      await tx.rollback();
      deepStrictEqual(await rowsOf(client, "select * from c"), []);
    },
  };
  if (!subject.shareable) {
    cases["query() waits for an open transaction, and sees none of it"] = async (client) => {
      await client.execute("create table t (x)");
      const tx = await client.begin();
      await tx.execute("insert into t values (1)");
      await rejects(() => client.query("select x from t"), fails("DATABASE_LOCKED"));
      const waiting = rowsOf(client, "select x from t");
      await tx.rollback();
      deepStrictEqual(await waiting, []);
      await client.transaction(async () => {
        await rejects(() => client.query("select x from t"), fails("TRANSACTION_STATE", /query\(\)/));
      });
    };
    return cases;
  }
  cases["query() does not see an open transaction"] = async (client, harness) => {
    await client.execute("create table t (x)");
    await using other = await harness.open();
    await client.transaction(async (tx) => {
      await tx.execute("insert into t values (1)");
      deepStrictEqual(await rowsOf(client, "select x from t"), []);
      deepStrictEqual((await client.readInBackground("select x from t", [])).rows, []);
      deepStrictEqual(await rowsOf(other, "select x from t"), []);
    });
    deepStrictEqual(await rowsOf(other, "select x from t"), [[1n]]);
  };
  cases["execute() reports another client's lock after the busy timeout"] = async (client, harness) => {
    await client.execute("create table t (x)");
    await using other = await harness.open();
    const tx = await other.begin();
    await tx.execute("insert into t values (1)");
    const locked = (error: unknown) => fails("DATABASE_LOCKED", /locked/)(error) && (error as RheiError).retryable;
    await rejects(() => client.execute("insert into t values (2)"), locked);
    await rejects(() => client.transaction(async () => {}), locked);
    await rejects(() => client.batch([{ sql: "insert into t values (2)" }]), locked);
    await tx.commit();
    await client.execute("insert into t values (3)");
    deepStrictEqual(await rowsOf(client, "select x from t"), [[1n], [3n]]);
  };
  cases["a read-only client reads and refuses to write"] = async (client, harness) => {
    await client.execute("create table t (x)");
    await using reader = await harness.open({ readOnly: true });
    strictEqual(reader.readOnly, true);
    await client.execute("insert into t values (1)");
    deepStrictEqual(await rowsOf(reader, "select x from t"), [[1n]]);
    const insert = "insert into t values (2)";
    await rejects(() => reader.execute(insert), fails("READ_ONLY", /read-only/));
    await rejects(() => reader.batch([{ sql: insert }]), fails("READ_ONLY", /read-only/));
    await rejects(() => reader.transaction((tx) => tx.execute(insert)), fails("READ_ONLY", /read-only/));
  };
  return cases;
}
