import assert from "node:assert/strict";
import { join } from "node:path";
import { openArrow } from "../olap/arrow/mod.ts";
import { openDuckdb } from "../olap/duckdb/mod.ts";
import { RheiError } from "../errors/mod.ts";
import type { OlapBackend } from "../olap/mod.ts";
import { type OltpClient, openOltp } from "../oltp/mod.ts";
import { type Freshness, parseFreshness, type Route } from "../router/mod.ts";
import { announcing, type BackendStep, Gate } from "../../tests/sync/observed_backend.ts";
import { MirrorHost } from "./mirror_host.ts";
import { resolveOptions } from "./open_options.ts";
import { QueryPlanner } from "./query_planner.ts";
import type { QueryResult } from "./query_result.ts";
import { QueryRunner } from "./query_runner.ts";
import { SessionTransaction } from "./session_transaction.ts";
import { analyzeStatement } from "./statement.ts";

/** Enough for the mirror to answer an aggregate. */
const ROWS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) select i, i from n";

interface Opened {
  readonly oltp: OltpClient;
  readonly host: MirrorHost;
  readonly gate: Gate;
  /** Has reads on libSQL in the background go through this. */
  through(read: (own: OltpClient["readInBackground"]) => OltpClient["readInBackground"]): void;
  /** From now on the mirror cannot be changed. */
  breakMirror(): void;
  ask(sql: string, freshness?: Freshness, route?: Route): Promise<QueryResult>;
}

/** A database whose mirror can be held up, with a loop that never looks by itself. */
async function withRunner(
  { backend, intervalMs }: { readonly backend: "duckdb" | "arrow"; readonly intervalMs: number },
  test: (opened: Opened) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const oltpPath = join(folder, "app.db");
  const gate = new Gate();
  let broken = false;
  try {
    await using oltp = await openOltp({ path: oltpPath });
    for (const table of ["a", "b"]) {
      await oltp.execute(`create table ${table}(id integer primary key, x integer)`);
      await oltp.execute(`insert into ${table} ${ROWS}`);
    }
    const options = resolveOptions({
      oltpPath,
      olap: { path: ":memory:", backend },
      threads: 1,
      syncIntervalMs: intervalMs,
    });
    const openOlap = async (): Promise<OlapBackend> => {
      const memory = { path: null, threads: 1 };
      const hook = async (step: BackendStep): Promise<void> => {
        await gate.hook(step);
        if (broken) throw new RheiError("OLAP_UNAVAILABLE", "Cannot write: the mirror is broken");
      };
      return announcing(await (backend === "arrow" ? openArrow(memory) : openDuckdb(memory)), hook);
    };
    const host = new MirrorHost(oltp, options, undefined, openOlap);
    let read: OltpClient["readInBackground"] = (...call) => oltp.readInBackground(...call);
    const observed = new Proxy(oltp, {
      get(target, name) {
        const member = name === "readInBackground" ? read : Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const runner = new QueryRunner(observed, host, new QueryPlanner(oltp, null), new SessionTransaction(oltp), null);
    const ask: Opened["ask"] = (sql, freshness = "latest", route = "auto") =>
      runner.run(analyzeStatement(sql), {
        params: [],
        route,
        freshness: parseFreshness(freshness),
        signal: undefined,
        startedMs: performance.now(),
      });
    try {
      const through: Opened["through"] = (wrap) => read = wrap(read);
      await test({ oltp, host, gate, ask, through, breakMirror: () => broken = true });
    } finally {
      gate.open();
      await host.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** So long that the loop does not look while a test runs. */
const NEVER_MS = 1_000_000;
const SUM_A = "select sum(x) from a";
const SUM_B = "select sum(x) from b";

for (const backend of ["duckdb", "arrow"] as const) {
  Deno.test(`a query for the latest state goes ahead on the ${backend} mirror while changes of another table are applied`, () =>
    withRunner({ backend, intervalMs: 0 }, async ({ oltp, host, gate, ask }) => {
      const { sync } = await host.open();
      await oltp.execute("update b set x = 0 where id < 100");
      gate.close("before commit");
      const syncing = sync.syncNow();
      await gate.reached;
      const { target, lagChanges } = await ask(SUM_A);
      assert.deepEqual([target, lagChanges], ["olap", 0]);
      await oltp.execute("create view both as select a.x from a join b using (id)");
      let answered = false;
      const joined = ask("select sum(x) from both").then((result) => {
        answered = true;
        return result;
      });
      await ask(SUM_A);
      assert.equal(answered, false, "a view over both tables waits");
      gate.open();
      await syncing;
      assert.equal((await joined).target, "olap");
    }));

  Deno.test(`libSQL answers what would wait long for the ${backend} mirror, and gives way to it`, () =>
    withRunner({ backend, intervalMs: NEVER_MS }, async ({ oltp, host, gate, ask }) => {
      const { sync } = await host.open();
      await oltp.execute("update a set x = 0 where id > 1");
      gate.close("before commit");
      const syncing = sync.syncNow();
      await gate.reached;
      const waited = await ask(SUM_A);
      assert.deepEqual([waited.target, waited.values(), waited.lagChanges], ["oltp", [[1]], 0]);
      assert.match(waited.reason, /takes long to catch up: libSQL was ready first$/);
      const forced = ask(SUM_A, "latest", "olap");
      gate.open();
      await syncing;
      assert.deepEqual((await forced).values(), [[1]]);
      assert.equal((await ask(SUM_A)).target, "olap");
    }));

  Deno.test(`a query that takes the ${backend} mirror as it is waits for nothing`, () =>
    withRunner({ backend, intervalMs: NEVER_MS }, async ({ oltp, host, gate, ask }) => {
      gate.close("before append");
      const opening = host.open();
      await gate.reached;
      const early = await ask(SUM_A, "any");
      assert.equal(early.target, "oltp");
      assert.match(early.reason, /^the mirror is not available: nothing has been loaded into it yet$/);
      const forced = ask(SUM_A, "any", "olap");
      gate.open();
      const { sync } = await opening;
      assert.equal((await forced).target, "olap", "what has no state yet has to be waited for");

      await oltp.execute("update a set x = 0");
      gate.close("before commit");
      const syncing = sync.syncNow();
      await gate.reached;
      const old = await ask(SUM_A, "any");
      assert.deepEqual([old.target, old.values(), old.lagChanges], ["olap", [[12_502_500]], 5_000]);
      assert.ok(old.lagMs !== null && old.lagMs >= 0);
      const bounded = await ask(SUM_A, "10m");
      assert.deepEqual([bounded.target, bounded.values(), bounded.lagChanges], ["olap", [[12_502_500]], 5_000]);
      const strict = await ask(SUM_A, "0ms");
      assert.deepEqual([strict.target, strict.values()], ["oltp", [[0]]], "older than the bound: not from the mirror");
      gate.open();
      await syncing;
      assert.deepEqual((await ask(SUM_A, "any")).lagMs, 0);
    }));

  Deno.test(`a bounded query that had to wait for the ${backend} mirror tells no lag of what came while it waited`, () =>
    withRunner({ backend, intervalMs: NEVER_MS }, async ({ oltp, host, gate, ask }) => {
      await host.open();
      await oltp.execute("update a set x = 0");
      gate.close("before commit");
      const asked = ask(SUM_A, "0ms", "olap");
      await gate.reached;
      await oltp.execute("update a set x = 1");
      gate.open();
      const { target, lagChanges, lagMs } = await asked;
      assert.deepEqual([target, lagChanges, lagMs], ["olap", 0, 0]);
    }));

  Deno.test(`closing does not wait for a first load of the ${backend} mirror`, () =>
    withRunner({ backend, intervalMs: 1 }, async ({ host, gate, ask }) => {
      gate.close("before append");
      await host.begin();
      await gate.reached;
      assert.equal((await ask(SUM_B)).target, "oltp");
      const closed = host.close();
      gate.open();
      await closed;
      assert.equal(host.current, null, "the load was given up");
    }));
}

/** Holds up a query and libSQL's read for it; what either of the two then comes to is up to the test. */
async function duringWait(
  test: (
    waiting: Opened & {
      readonly asked: Promise<QueryResult>;
      /** Lets libSQL's read go on, or fail. */
      answer(error?: RheiError): void;
      readonly reads: () => number;
    },
  ) => Promise<void>,
): Promise<void> {
  await withRunner({ backend: "arrow", intervalMs: NEVER_MS }, async (opened) => {
    const { oltp, host, gate, ask, through } = opened;
    const { sync } = await host.open();
    await oltp.execute("update a set x = 0 where id > 1");
    gate.close("before commit");
    // How it ends is seen by the query that waits for it.
    sync.syncNow().catch(() => {});
    await gate.reached;
    const began = Promise.withResolvers<void>();
    const goesOn = Promise.withResolvers<void>();
    let reads = 0;
    through((own) => async (...call) => {
      reads++;
      began.resolve();
      await goesOn.promise;
      return await own(...call);
    });
    const asked = ask(SUM_A);
    asked.catch(() => {});
    await began.promise;
    const answer = (error?: RheiError) => error === undefined ? goesOn.resolve() : goesOn.reject(error);
    await test({ ...opened, asked, answer, reads: () => reads });
  });
}

const LOCKED = new RheiError("DATABASE_LOCKED", "Cannot read: the database is locked");

Deno.test("the mirror answers a query that libSQL failed to answer meanwhile", () =>
  duringWait(async ({ gate, asked, answer }) => {
    answer(LOCKED);
    gate.open();
    const result = await asked;
    assert.deepEqual([result.target, result.values()], ["olap", [[1]]]);
  }));

Deno.test("libSQL's read goes on when the mirror it was to overtake cannot answer", () =>
  duringWait(async ({ gate, asked, answer, reads, breakMirror }) => {
    breakMirror();
    gate.open();
    // The failure of the sync comes first: libSQL's read ends when it is told to.
    const early = await Promise.race([asked.then(() => true, () => true), quietTurns()]);
    assert.equal(early, false);
    answer();
    const result = await asked;
    assert.deepEqual([result.target, result.values(), reads()], ["oltp", [[1]], 1]);
    assert.match(result.reason, /^the mirror is (behind|stale): .*the mirror is broken/);
  }));

Deno.test("a query fails as libSQL does when neither can answer", () =>
  duringWait(async ({ gate, asked, answer, breakMirror }) => {
    breakMirror();
    answer(LOCKED);
    gate.open();
    await assert.rejects(asked, LOCKED);
  }));

/** Time for what is only waiting for a turn. */
async function quietTurns(): Promise<boolean> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setTimeout(resolve));
  return false;
}
