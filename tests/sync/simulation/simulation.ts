import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { RheiError } from "../../../src/errors/mod.ts";
import type { Synchronizer, VerifyReport } from "../../../src/sync/mod.ts";
import type { Tally } from "./failure_point.ts";
import { isLedger } from "./ledger.ts";
import type { Action, Plan, SyncCall } from "./plan.ts";
import { type Life, type Templates, tolerate, World } from "./world.ts";

/** Repairs whatever keeps tables out of the mirror: texts among numbers, wherever they went from where they were put. */
const REPAIRS = [
  ["heap", "x"], // first: what is deleted there goes to plain
  ["plain", "b"],
  ["late", "n"],
  ["extra", "b"],
  ["mixed", "m"],
].map(([table, column]) => `delete from ${table} where typeof(${column}) in ('text', 'blob')`);

/** How long a table that was repaired may take to come back: it rests for a multiple of the time that looking at it took. */
const RETURN_MS_MAX = 20_000;

/**
 * Carries out a plan: writes, syncs, dies and fails as it says. At every look the mirror must show a state that the source was in; in
 * the end it must hold every table, equal to its source.
 *
 * @throws When a promise was broken.
 */
export async function simulate(plan: Plan, templates: Templates, tally: Tally): Promise<void> {
  await using world = new World(plan, templates, await templates.database(plan), tally);
  const run = new Run(world);
  try {
    await run.begin();
    for (const action of plan.actions) await run.act(action);
    await run.finish();
  } finally {
    await run.end();
  }
  if (world.broken) throw world.broken;
}

/** A run under way: the present process of a world. */
class Run {
  readonly #world: World;
  #life: Life | null = null;
  /** Transactions of the engine that moved amounts; `null` when some can be known by their outcome only. */
  #transfers: number | null = 0;

  /** Whether a table may have been taken out, and not been put back because something came between. */
  #retracks = false;

  constructor(world: World) {
    this.#world = world;
  }

  get #living(): Life {
    assert.ok(this.#life);
    return this.#life;
  }

  async begin(): Promise<void> {
    this.#life = await this.#world.live();
    if (!this.#life.faults.isDead) {
      await this.#world.pasts.forgetLost(this.#life.olap);
      await this.#world.look(this.#life.olap, "after a start", true);
    }
    await this.#attempt("opening", (life) => life.sync.open());
  }

  async act(action: Action): Promise<void> {
    // It may have died since, while it renewed capture on its own, in the middle of a transaction too.
    await this.#reviveDead();
    switch (action.kind) {
      case "trap":
        return this.#living.faults.set(action.trap);
      case "transaction":
        return await (action.writer === "engine" ? this.#transactByEngine(action) : this.#transactByForeigner(action));
      case "alone":
        return await this.#writeAlone(action);
      case "sync":
        return await this.#sync(action.by, true);
      case "rebuild":
        return await this.#rebuild(action.table);
      case "retrack":
        return await this.#attempt("retrack", ({ sync }) => this.#retrack(sync, action));
      case "checkpoint":
        return await this.#attempt("checkpoint", async ({ failingOlap, sync }) => {
          const both = [failingOlap.checkpoint(), ...(action.beside ? [sync.syncNow()] : [])];
          const failed = (await Promise.allSettled(both)).find((each) => each.status === "rejected");
          if (failed) throw failed.reason;
        });
      case "restart":
        await this.end();
        return await this.begin();
      case "die":
        this.#world.die(this.#living.faults, action.death);
        return await this.#reviveDead();
    }
  }

  /** Whatever happened: in the end all is there. */
  async finish(): Promise<void> {
    this.#living.faults.set(null);
    await this.#reviveDead();
    // The engine may still hold the lock to renew capture.
    for (const sql of REPAIRS) while (this.#world.isLocked(sql)) await sleep(1);
    await this.#attempt("tracking all", ({ sync }) => sync.track("all"));
    const { sync, olap } = this.#living;
    let report = await sync.verify();
    const deadlineMs = Date.now() + RETURN_MS_MAX;
    while (report.absent.length > 0 && Date.now() < deadlineMs) {
      await sleep(1);
      await sync.syncNow();
      report = await sync.verify();
    }
    assert.deepEqual(report.absent, [], "every table is in the mirror again");
    assert.ok(report.equal, differences(report));
    await this.#world.look(olap, "in the end", true);
    if (this.#world.isTemporal) await this.#world.pasts.expectAll(olap, this.#transfers);
  }

  async end(): Promise<void> {
    await this.#life?.end();
    this.#life = null;
  }

  async #sync(by: SyncCall, isAlone: boolean): Promise<void> {
    const { effects } = this.#living.faults;
    await this.#attempt(by, async (life) => {
      const { sync, faults } = life;
      if (by !== "verify") {
        await sync[by]();
        const wasAlone = isAlone && faults.effects === effects;
        if (by === "syncNow" && wasAlone) this.#expectNoneWaiting(life);
        return;
      }
      const report = await sync.verify();
      if (!report.equal) this.#world.broken ??= new assert.AssertionError({ message: differences(report) });
    });
    await this.#world.look(this.#living.olap, `after ${by}`);
  }

  /** After a sync that nothing was in the way of, no table is left out because its schema changed. */
  #expectNoneWaiting({ sync }: Life): void {
    const catalog = sync.catalog();
    for (const name of this.#world.cuts.latestNames) {
      const reason = catalog.absence(name) ?? "";
      const isWaiting = reason.includes("not renewed yet") || (reason.includes("not tracked") && !this.#retracks);
      assert.ok(!isWaiting, `table ${name} is left out though it need not be: ${reason}`);
    }
  }

  async #rebuild(table: string | null): Promise<void> {
    // The old mirror is removed before the new one is made: who dies between finds none.
    if (table === null) this.#world.mayBeRebuilt = true;
    this.#transfers = null;
    await this.#attempt("rebuild", async ({ sync }) => {
      if (table === null || sync.catalog().table(table) !== undefined) {
        await sync.rebuild(table === null ? "all" : [table]);
      }
    });
  }

  async #retrack(sync: Synchronizer, { table, meanwhile, history }: Action & { kind: "retrack" }): Promise<void> {
    if (sync.catalog().table(table) === undefined) return;
    this.#retracks = true;
    this.#transfers = null;
    await sync.untrack([table], this.#world.isTemporal ? history : undefined);
    for (const sql of meanwhile) tolerate(() => this.#world.foreign.exec(sql));
    await sync.track([table]);
  }

  /** Runs what may fail where a failure was brought about, and only there. */
  async #attempt(what: string, body: (life: Life) => Promise<unknown>): Promise<void> {
    const life = this.#living;
    const { failures } = life.faults;
    try {
      await body(life);
    } catch (error) {
      const isExcused = life.faults.isDead || life.faults.failures > failures || isLocked(error);
      if (!isExcused) throw new Error(`${what} failed, though nothing was in its way`, { cause: error });
      if (!life.faults.isDead && !(error instanceof RheiError)) throw error;
    }
    if (this.#world.broken) throw this.#world.broken;
    const rebuilt = life.notices.filter((text) => text.includes("rebuilt"));
    if (!this.#world.mayBeRebuilt) assert.deepEqual(rebuilt, [], `${what}: the mirror could have been kept`);
    await this.#reviveDead();
  }

  async #reviveDead(): Promise<void> {
    if (!this.#living.faults.isDead) return;
    await this.end();
    await this.begin();
  }

  async #transactByEngine({ statements, end, syncAfter }: Action & { kind: "transaction" }): Promise<void> {
    const life = this.#living;
    const transaction = await life.oltp.begin();
    let keep = end === "commit";
    for (const [at, sql] of statements.entries()) {
      if (at === syncAfter) await this.#sync("catchUp", false);
      if (life.faults.isDead) return;
      const isSchemaChange = this.#world.isTemporal && DDL.test(sql);
      const running = isSchemaChange ? life.source.runSchemaStatement(transaction, sql) : transaction.execute(sql);
      const done = await running.then(() => true, refused);
      if (!done && isLedger(sql)) {
        keep = false;
        break;
      }
    }
    if (!keep || !await transaction.commit().then(() => true, refused)) return await transaction.rollback();
    if (this.#transfers !== null && statements.some(isLedger)) this.#transfers++;
  }

  async #transactByForeigner({ statements, end, syncAfter }: Action & { kind: "transaction" }): Promise<void> {
    const { foreign } = this.#world;
    if (syncAfter < 0 && end === "commit") return this.#world.writeForeign(statements);
    if (!tolerate(() => foreign.exec("begin immediate"))) return;
    for (const [at, sql] of statements.entries()) {
      if (at === syncAfter) await this.#sync("catchUp", false);
      const done = tolerate(() => foreign.exec(sql));
      if (!foreign.inTransaction) return;
      if (!done && isLedger(sql)) return void foreign.exec("rollback");
    }
    if (end === "rollback" || !tolerate(() => foreign.exec("commit"))) foreign.exec("rollback");
  }

  async #executeByEngine(sql: string): Promise<void> {
    const { oltp, source } = this.#living;
    if (!this.#world.isTemporal || !DDL.test(sql)) return void await oltp.execute(sql);
    await oltp.transaction((transaction) => source.runSchemaStatement(transaction, sql));
  }

  async #writeAlone({ writer, statements }: Action & { kind: "alone" }): Promise<void> {
    for (const sql of statements) {
      if (writer === "foreign") tolerate(() => this.#world.foreign.exec(sql));
      else await this.#executeByEngine(sql).catch(refused);
    }
  }
}

/** Statements that take capture along when they run through the engine. */
const DDL = /^(?:create|alter|drop) /;

/** Passes over what the database refuses: a broken constraint, a table that is gone. */
function refused(error: unknown): false {
  if (!(error instanceof RheiError)) throw error;
  return false;
}

/** Whether another connection held a lock. */
function isLocked(error: unknown): boolean {
  return error instanceof RheiError && error.code === "DATABASE_LOCKED";
}

function differences({ tables, history }: VerifyReport): string {
  const differing = [
    ...tables.filter((table) => table.differenceCount > 0),
    ...history.filter((table) => table.faultCount > 0),
  ];
  return JSON.stringify(differing, (_, value) => typeof value === "bigint" ? `${value}n` : value);
}
