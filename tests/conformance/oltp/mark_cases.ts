import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { OltpClient, TransactionMark } from "../../../src/oltp/mod.ts";
import { type Case, fails, type OltpSubject, rowsOf } from "./harness.ts";

const SETUP = [
  "create table t(id integer primary key, x unique)",
  "create table log(seq integer primary key, what, first, at)",
  "insert into log values (1, 'start', null, null)",
  "create table ends(position, at)",
  "create trigger inserted after insert on t begin insert into log(what) values ('i' || new.id); end",
  "create trigger updated after update on t begin insert into log(what) values ('u' || new.id); end",
  "create trigger ended before insert on ends begin insert into log(what, first, at) values ('end', new.position + 1, new.at); " +
  "select raise(ignore); end",
];

/** A log whose marks count the transactions. */
async function marked(client: OltpClient): Promise<void> {
  for (const sql of SETUP) await client.execute(sql);
  let time = 0n;
  const mark: TransactionMark = {
    log: "log",
    notes: "notes",
    tellingFunction: "total_changes",
    position: "select max(seq) from log",
    single: {
      mark: "update log set at = -?2 where seq = ?1 + 1 and seq = (select max(seq) from log)",
      retract: "update log set at = null where seq > ?1",
    },
    several: {
      mark: "insert into ends(position, at) select ?1, ?2 where (select max(seq) from log) > ?1",
      retract: "delete from log where seq > ?1 and seq = (select max(seq) from log)",
    },
    batch: {
      before: "insert into log(what) values ('begin')",
      after: [
        "insert into ends(position, at) select seq, ? from (select seq from log where what = 'begin' order by seq desc limit 1) " +
        "where seq < (select max(seq) from log)",
        "delete from log where what = 'begin' and seq = (select max(seq) from log)",
      ],
    },
    nextTime: () => ++time,
  };
  client.markTransactions(mark);
}

/** The transactions in the log, each as what it did; an error of numbering shows as a part of another's. */
async function transactionsOf(client: OltpClient): Promise<string[]> {
  const rows = await rowsOf(
    client,
    "select case when at < 0 then what else (select group_concat(what, ' ') from (select what from log " +
      "where seq between e.first and e.seq - 1 and what <> 'begin' order by seq)) end, abs(at) " +
      "from log e where at is not null order by seq",
  );
  const times = rows.map(([, at]) => at as bigint);
  deepStrictEqual(times, [...new Set(times)].sort((a, b) => Number(a - b)), "times grow");
  return rows.map(([what]) => String(what));
}

const INSERT = "insert into t(x) values (?)";

/** Marks of single statements, batches and bodies. */
function marksOfCalls(): Record<string, Case> {
  return {
    "markTransactions() marks each statement that wrote, and no other": async (client) => {
      await marked(client);
      deepStrictEqual(
        await client.execute(INSERT, ["a"]).then(({ rowsAffected, lastInsertRowid }) => [
          rowsAffected,
          lastInsertRowid,
        ]),
        [1, 1],
      );
      strictEqual((await client.execute("insert into t(x) values ('b'), ('c')")).lastInsertRowid, 3);
      const { rows, rowsAffected } = await client.execute("update t set x = x || '!' where id > 1 returning id");
      deepStrictEqual([rows.rows, rowsAffected], [[[2n], [3n]], 2]);
      strictEqual((await client.execute("update t set x = 1 where id = 99")).rowsAffected, 0);
      await client.execute("create table other(y)");
      await client.execute("insert into other values (1)");
      deepStrictEqual(await transactionsOf(client), ["i1", "i2 i3", "u2 u3"]);
    },
    "markTransactions() leaves failing statements as they were": async (client) => {
      await marked(client);
      await client.execute(INSERT, ["a"]);
      const twice = "insert into t(x) values ('b'), ('a')";
      await rejects(() => client.execute(twice), fails("SQL_CONSTRAINT"));
      await rejects(() => client.execute(twice.replace("insert", "insert or rollback")), fails("SQL_CONSTRAINT"));
      await rejects(() => client.execute("insert into nowhere values (1)"), fails("SQL_UNKNOWN_NAME"));
      await client.execute(
        "create trigger no before insert on t when new.x = 'no' begin select raise(rollback, 'no'); end",
      );
      await rejects(() => client.execute(INSERT, ["no"]), fails("SQL_CONSTRAINT"));
      await client.execute("insert or ignore into t(x) values ('a'), ('c')");
      deepStrictEqual(await rowsOf(client, "select x from t order by x"), [["a"], ["c"]]);
      deepStrictEqual(await transactionsOf(client), ["i1", "i2"]);
    },
    "markTransactions() marks a batch once, and none that fails": async (client) => {
      await marked(client);
      const results = await client.batch(["a", "b"].map((x) => ({ sql: INSERT, params: [x] })));
      deepStrictEqual(results.map(({ lastInsertRowid }) => lastInsertRowid), [1, 2]);
      await rejects(() => client.batch([{ sql: INSERT, params: ["c"] }, { sql: INSERT, params: ["a"] }]));
      await client.batch([{ sql: "delete from t where id = 99" }]);
      deepStrictEqual(await transactionsOf(client), ["i1 i2"]);
    },
    "markTransactions() marks the transactions that wrote": async (client) => {
      await marked(client);
      await client.transaction(async (tx) => {
        await tx.execute(INSERT, ["a"]);
        await rejects(() => tx.execute(INSERT, ["a"]), fails("SQL_CONSTRAINT"));
        await tx.execute("update t set x = 'b'");
      });
      await client.transaction(async (tx) => void await tx.query("select * from t"));
      await rejects(() =>
        client.transaction(async (tx) => {
          await tx.execute(INSERT, ["c"]);
          throw new Error("no");
        })
      );
      await client.transaction((tx) => tx.execute(INSERT, ["unmarked"]), { marked: false });
      await client.execute(INSERT, ["d"]);
      deepStrictEqual(await transactionsOf(client), ["i1 u1", "i3"]);
    },
    "markTransactions() ends with null": async (client) => {
      await marked(client);
      client.markTransactions(null);
      await client.execute(INSERT, ["a"]);
      deepStrictEqual(await transactionsOf(client), []);
    },
  };
}

/** Marks of transactions held open. */
function marksOfOpenTransactions({ shareable }: OltpSubject): Record<string, Case> {
  const cases: Record<string, Case> = {};
  for (const mode of ["deferred", "immediate", "exclusive"] as const) {
    cases[`markTransactions() marks a ${mode} transaction without what was undone in it`] = async (client) => {
      await marked(client);
      const first = await client.begin(mode);
      await first.execute(INSERT, ["a"]);
      await first.execute("savepoint s");
      await first.execute(INSERT, ["b"]);
      await first.execute("rollback to s");
      await first.execute(INSERT, ["c"]);
      await first.commit();
      const second = await client.begin(mode);
      await second.execute(INSERT, ["d"]);
      await second.rollback();
      const third = await client.begin(mode);
      await third.query("select * from t");
      await third.commit();
      await client.execute(INSERT, ["e"]);
      deepStrictEqual(await transactionsOf(client), ["i1 i2", "i3"]);
    };
  }
  if (!shareable) return cases;
  cases["markTransactions() does not take what another client commits for its own"] = async (client, harness) => {
    await marked(client);
    await using other = await harness.open();
    await client.execute(INSERT, ["a"]);
    await other.execute(INSERT, ["foreign"]);
    const deferred = await client.begin("deferred");
    // A server fixes what a transaction sees when it begins.
    if (client.capabilities.local) await other.execute(INSERT, ["foreign too"]);
    await deferred.execute(INSERT, ["b"]);
    await deferred.commit();
    await other.execute(INSERT, ["foreign again"]);
    await client.batch([{ sql: INSERT, params: ["c"] }]);
    deepStrictEqual(await transactionsOf(client), client.capabilities.local ? ["i1", "i4", "i6"] : ["i1", "i3", "i5"]);
  };
  cases["markTransactions() keeps a transaction that only read from writing"] = async (client, harness) => {
    await marked(client);
    await using other = await harness.open();
    const reading = await client.begin("deferred");
    await reading.query("select * from t");
    const writing = await other.begin();
    await writing.execute(INSERT, ["a"]);
    await reading.commit();
    await writing.commit();
    deepStrictEqual(await transactionsOf(client), []);
  };
  const ends = {
    "the log": ["trigger inserted", "trigger updated", "table ends", "table log"],
    "its marks": ["table ends"],
  };
  for (const [what, dropped] of Object.entries(ends)) {
    cases[`markTransactions() goes on without marks when another client has dropped ${what}`] = async (
      client,
      harness,
    ) => {
      await marked(client);
      await client.execute(INSERT, ["a"]);
      await using other = await harness.open();
      for (const name of dropped) await other.execute(`drop ${name}`);
      await client.execute(INSERT, ["b"]);
      await client.batch([{ sql: INSERT, params: ["c"] }]);
      await client.transaction((tx) => tx.execute(INSERT, ["d"]));
      await rejects(() => client.batch([{ sql: "insert into ends values (1, 1)" }]), fails("SQL_UNKNOWN_NAME"));
      deepStrictEqual(await rowsOf(client, "select count(*) from t"), [[4n]]);
    };
  }
  cases["markTransactions() tells of a lock as such"] = async (client, harness) => {
    await marked(client);
    await using other = await harness.open();
    const writing = await other.begin();
    await rejects(() => client.batch([{ sql: INSERT, params: ["a"] }]), fails("DATABASE_LOCKED"));
    await writing.rollback();
    deepStrictEqual(await transactionsOf(client), []);
  };
  return cases;
}

/** Transactions that tell of themselves. */
export function marks(subject: OltpSubject): Record<string, Case> {
  return { ...marksOfCalls(), ...marksOfOpenTransactions(subject) };
}
