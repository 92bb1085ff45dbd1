import assert from "node:assert/strict";
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { type CaptureLevel, type ChangeSource, TriggerLog } from "../../../src/cdc/mod.ts";
import { ArrowBackend } from "../../../src/olap/arrow/arrow_backend.ts";
import type { QueryExecutor } from "../../../src/olap/arrow/query_executor.ts";
import { openDuckdb } from "../../../src/olap/duckdb/mod.ts";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import { type OltpClient, openOltp } from "../../../src/oltp/mod.ts";
import { Synchronizer } from "../../../src/sync/mod.ts";
import { Cuts } from "./cuts.ts";
import { Dead, failureOf, Faults, type Tally, type Trap } from "./failure_point.ts";
import {
  failingDuckdb,
  failingFiles,
  failingLogWrites,
  failingOlap,
  failingOltp,
  failingSource,
} from "./failing_parts.ts";
import { expectAgreement, isLedger } from "./ledger.ts";
import { lookAt } from "./mirror_look.ts";
import { Pasts } from "./pasts.ts";
import type { Death, Mode, Plan } from "./plan.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { schemaOf } from "./table_sets.ts";

/** Long enough for nothing: whoever holds a lock in a simulation holds it until it is its turn again. */
const BUSY_MS = 2;

/** Tables looked at when a look must be cheap. */
const LOOKED_AT = 3;

/** One process's engine. */
export interface Life {
  readonly faults: Faults;
  readonly oltp: OltpClient;
  /** The mirror as it is, and as the engine gets at it. */
  readonly olap: OlapBackend;
  readonly failingOlap: OlapBackend;
  readonly source: ChangeSource;
  readonly sync: Synchronizer;
  readonly notices: readonly string[];
  /** Lets go of everything, as the end of the process would; a living one is closed. */
  end(): Promise<void>;
}

/** Databases that runs begin with, each made once. */
export class Templates implements Disposable {
  /** In memory where that can be had: a simulation syncs files often, and does not test the disk. */
  readonly folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "rhei-simulation-"));
  readonly duckdb = failingDuckdb();
  readonly #made = new Map<string, string>();

  /** The database that a plan begins with, to be copied. */
  async database({ tables, isTracked, mode }: Plan): Promise<string> {
    const name = `${tables}-${isTracked ? mode : "untracked"}.db`;
    const path = this.#made.get(name) ?? join(this.folder, name);
    if (this.#made.has(name)) return path;
    const oltp = await openOltp({ path });
    for (const sql of schemaOf(tables)) await oltp.execute(sql);
    if (isTracked) await new TriggerLog(oltp, levelOf(mode)).ensure("all");
    await oltp.close();
    this.#made.set(name, path);
    return path;
  }

  [Symbol.dispose](): void {
    this.duckdb[Symbol.dispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What outlives a process: the files of a database and its mirror. And who watches them. */
export class World implements AsyncDisposable {
  readonly cuts: Cuts;
  readonly pasts: Pasts;
  /** Another program's connection. */
  readonly foreign: Database.Database;
  /** Whether the mirror may have been lost by intent, so that a later opening may say so. */
  mayBeRebuilt = false;
  /** What a look in the middle of a step found to be wrong. */
  broken: Error | null = null;
  /** Sees what is committed, and nothing that `foreign` has not committed yet. */
  readonly #watcher: Database.Database;
  readonly #plan: Plan;
  readonly #templates: Templates;
  readonly #tally: Tally;
  readonly #folder: string;
  #disk = new SimulatedDisk();
  #mirrorCopies = 0;
  /** What the present process has open, and the trap that the one before did not walk into. */
  #olap: OlapBackend | null = null;
  #trap: Trap | null = null;
  /** A DuckDB in memory goes on over crashes, which only its open transaction does not survive. */
  #memory: OlapBackend | null = null;

  /** @param template The database it begins with. */
  constructor(plan: Plan, templates: Templates, template: string, tally: Tally) {
    this.#plan = plan;
    this.#templates = templates;
    this.#tally = tally;
    this.#folder = mkdtempSync(join(templates.folder, "run-"));
    copyFileSync(template, this.#path);
    this.foreign = new Database(this.#path, { timeout: 0 });
    for (const pragma of plan.foreignPragmas) this.foreign.exec(pragma);
    this.#watcher = new Database(this.#path);
    this.cuts = new Cuts(this.#watcher);
    this.pasts = new Pasts(this.cuts);
  }

  get isTemporal(): boolean {
    return this.#plan.mode === "temporal";
  }

  get #path(): string {
    return join(this.#folder, "test.db");
  }

  get #mirrorFolder(): string {
    return join(this.#folder, `mirror-${this.#mirrorCopies}`);
  }

  /** Starts a process over the files as they are; its mirror is not brought up to date yet. */
  async live(): Promise<Life> {
    const faults: Faults = new Faults(this.#tally, this.#trap, (trap) => this.#spring(faults, trap));
    const oltp = await openOltp({ path: this.#path }, { busyTimeoutMs: BUSY_MS });
    this.#templates.duckdb.use(faults);
    const olap = this.#olap = await this.#openMirror(faults);
    const throughFailures = failingOlap(olap, faults);
    const source = failingSource(new TriggerLog(failingLogWrites(oltp, faults), levelOf(this.#plan.mode)), faults);
    const notices: string[] = [];
    const sync = new Synchronizer({
      oltp: failingOltp(oltp, faults, () => this.cuts.record()),
      olap: throughFailures,
      source,
      batchRows: this.#plan.batchRows,
      onNotice: (text) => notices.push(text),
    });
    const end = async () => {
      // A dead process's attempts fail, and its failures are heard by nobody.
      await sync.close().catch((error) => assert.ok(faults.isDead, error));
      this.#trap = faults.trap;
      this.#olap = null;
      if (olap !== this.#memory) await olap.close();
      await oltp.close();
    };
    return { faults, oltp, olap, failingOlap: throughFailures, source, sync, notices, end };
  }

  async #openMirror(faults: Faults): Promise<OlapBackend> {
    const { backend, inFile } = this.#plan;
    if (backend === "arrow") {
      return await ArrowBackend.open(this.#mirrorFolder, NO_QUERIES, failingFiles(this.#disk, faults));
    }
    if (inFile) return await openDuckdb({ path: this.#mirrorFolder, threads: 1 });
    return this.#memory ??= await openDuckdb({ path: null, threads: 1 });
  }

  /** Ends a process without its doing; what it had written stays. */
  die(faults: Faults, death: Death): void {
    if (this.#plan.backend === "arrow") {
      this.#disk = death.kind === "crash" ? this.#disk.afterCrash() : this.#disk.afterPowerLoss(death.seed);
    } else if (this.#plan.inFile) {
      const left = this.#mirrorFolder;
      this.#mirrorCopies++;
      if (existsSync(left)) cpSync(left, this.#mirrorFolder, { recursive: true });
    }
    faults.die();
  }

  /** Looks at the mirror as a query might now. */
  async look(olap: OlapBackend, what: string, all = false): Promise<void> {
    const look = await lookAt(olap);
    if (look === null) return;
    await this.cuts.expectOneOf(look, what, all || this.#plan.backend === "arrow" ? Infinity : LOOKED_AT);
    const names = new Set(look.held.tables.map((table) => table.name));
    if (names.has("account") && names.has("entry")) await expectAgreement(look, what);
    if (this.isTemporal) await this.pasts.record(olap);
  }

  /** A transaction of another program; one that cannot have the lock does not take place. */
  writeForeign(statements: readonly string[]): void {
    if (this.foreign.inTransaction || !tolerate(() => this.foreign.exec("begin immediate"))) return;
    for (const sql of statements) {
      const done = tolerate(() => this.foreign.exec(sql));
      if (!this.foreign.inTransaction) return;
      if (!done && isLedger(sql)) return void this.foreign.exec("rollback");
    }
    if (!tolerate(() => this.foreign.exec("commit"))) this.foreign.exec("rollback");
  }

  /** Runs another program's statement. @returns Whether a lock kept it from being run. */
  isLocked(sql: string): boolean {
    try {
      this.foreign.exec(sql);
      return false;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "SqliteError") throw error;
      return (error as { code?: unknown }).code === "SQLITE_BUSY";
    }
  }

  async #spring(faults: Faults, trap: Trap): Promise<void> {
    const { effect } = trap;
    switch (effect.kind) {
      case "crash":
      case "power loss":
        this.die(faults, effect);
        throw new Dead(`The process died ${trap.point}`);
      case "error":
        throw failureOf(effect.error, trap);
      case "foreign":
        return this.writeForeign(effect.statements);
      case "look":
        // Whoever is in the middle of a step must not take the outcome for a failure of his own.
        if (this.#olap !== null) await this.look(this.#olap, trap.point).catch((error) => this.broken ??= error);
        return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#memory?.close();
    this.foreign.close();
    this.#watcher.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function levelOf(mode: Mode): CaptureLevel {
  return mode === "temporal" ? "images" : "keys";
}

/** Runs a statement that may break a constraint, find its table gone, or a lock held. @returns Whether it was done. */
export function tolerate(body: () => void): boolean {
  try {
    body();
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "SqliteError") throw error;
    return false;
  }
}

function unwanted(): never {
  throw new Error("A simulation runs no queries");
}

const NO_QUERIES: QueryExecutor = {
  analyze: unwanted,
  compile: unwanted,
  run: unwanted,
  explain: unwanted,
  close: async () => {},
};
