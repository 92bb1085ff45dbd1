import { RheiError } from "../../../src/errors/mod.ts";

const OF_SOURCE = [
  "position read",
  "snapshot",
  "log read",
  "schema read",
  "log summary",
  "row read",
  "renewal",
  "renewal write",
  "prune",
] as const;
const OF_MIRROR_TRANSACTION = [
  "mirror state read",
  "begin",
  "table creation",
  "table drop",
  "load",
  "staging",
  "commit",
  "reset",
  "checkpoint",
] as const;
/** Inside DuckDB's commit. */
const OF_DUCKDB = ["merge", "watermark", "durable commit"] as const;
/** Inside a checkpoint of the Arrow store. */
const OF_ARROW = [
  "file read",
  "file write",
  "file sync",
  "folder sync",
  "manifest replacement",
  "file removal",
] as const;

/** What sync does, as far as it can be interrupted: each step has a moment before it and one after it. */
export const STEPS = [...OF_SOURCE, ...OF_MIRROR_TRANSACTION, ...OF_DUCKDB, ...OF_ARROW] as const;

export type Step = typeof STEPS[number];

/** A moment at which a process may die, an operation fail, or somebody else write. */
export type FailurePoint = `${"before" | "after"} ${Step}`;

/** Steps that only one backend takes. */
export const DUCKDB_STEPS: ReadonlySet<Step> = new Set(OF_DUCKDB);
export const ARROW_STEPS: ReadonlySet<Step> = new Set(OF_ARROW);
const SOURCE_STEPS: ReadonlySet<Step> = new Set(OF_SOURCE);

/** What happens at a failure point. */
export type Effect =
  /** The process ends: what it wrote to files is there, whatever it held in memory is gone. */
  | { readonly kind: "crash" }
  /** The machine stops: of the mirror's files is there what was synced, of the rest perhaps a part. */
  | { readonly kind: "power loss"; readonly seed: number }
  /** The operation fails, before it did anything or after it did all. */
  | { readonly kind: "error"; readonly error: Failure }
  /** Another connection commits these statements. */
  | { readonly kind: "foreign"; readonly statements: readonly string[] }
  /** The mirror is looked at: it must show a committed state. */
  | { readonly kind: "look" };

export type Failure = "busy" | "input/output" | "full";

/** Waits at a point for the `skip + 1`-th time it is reached. */
export interface Trap {
  readonly point: FailurePoint;
  readonly skip: number;
  readonly effect: Effect;
}

/** Thrown by everything a dead process still attempts. */
export class Dead extends Error {
  override readonly name = "Dead";
}

/** The traps of one process's life. */
export class Faults {
  /** How often each point was reached, and each effect came about there. */
  readonly tally: Tally;
  readonly #spring: (trap: Trap) => Promise<void>;
  #trap: Trap | null;
  #passed = 0;
  #dead = false;
  /** Effects, and failures among them, brought about so far. */
  #effects = 0;
  #failures = 0;

  /**
   * @param trap The trap that the life before did not walk into.
   * @param spring Carries out an effect; what it throws, the operation fails with.
   */
  constructor(tally: Tally, trap: Trap | null, spring: (trap: Trap) => Promise<void>) {
    this.tally = tally;
    this.#trap = trap;
    this.#spring = spring;
  }

  get trap(): Trap | null {
    return this.#trap;
  }

  get effects(): number {
    return this.#effects;
  }

  get failures(): number {
    return this.#failures;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** Nothing has an effect from now on. */
  die(): void {
    this.#dead = true;
  }

  /** Sets a trap in place of the one before. */
  set(trap: Trap | null): void {
    this.#trap = trap;
    this.#passed = 0;
  }

  /** @throws {Dead} When the process is dead, or dies here. */
  async at(point: FailurePoint): Promise<void> {
    this.refuseDead();
    this.tally.reached(point);
    const trap = this.#trap;
    if (trap?.point !== point || this.#passed++ < trap.skip) return;
    this.#trap = null;
    this.tally.sprung(trap);
    this.#effects++;
    if (trap.effect.kind === "error") this.#failures++;
    await this.#spring(trap);
  }

  refuseDead(): void {
    if (this.#dead) throw new Dead("The process is dead");
  }
}

/** Counts over many seeds, to see that every point was tried. */
export class Tally {
  readonly #reached = new Map<FailurePoint, number>();
  readonly #sprung = new Map<string, number>();

  reached(point: FailurePoint): void {
    this.#reached.set(point, (this.#reached.get(point) ?? 0) + 1);
  }

  sprung({ point, effect }: Trap): void {
    const key = `${effect.kind} ${point}`;
    this.#sprung.set(key, (this.#sprung.get(key) ?? 0) + 1);
  }

  timesReached(point: FailurePoint): number {
    return this.#reached.get(point) ?? 0;
  }

  /** How often an effect came about at a point. */
  count(effect: Effect["kind"], point: FailurePoint): number {
    return this.#sprung.get(`${effect} ${point}`) ?? 0;
  }

  /** How many points were reached, and how many of them a process died at. */
  points(): { readonly reached: number; readonly died: number } {
    const points = [...this.#reached.keys()];
    const died = points.filter((point) => this.count("crash", point) + this.count("power loss", point) > 0);
    return { reached: points.length, died: died.length };
  }

  /** One line for each point reached. */
  lines(): string[] {
    return [...this.#reached].map(([point, times]) => {
      const kinds = ["crash", "power loss", "error", "foreign", "look"] as const;
      const effects = kinds.map((kind) => `${kind} ${this.count(kind, point)}`);
      return `${point}: reached ${times}, ${effects.join(", ")}`;
    });
  }
}

/** A failure as the layer would report it that the step belongs to. */
export function failureOf(failure: Failure, { point }: Pick<Trap, "point">): Error {
  const step = point.slice(point.indexOf(" ") + 1) as Step;
  if (ARROW_STEPS.has(step)) {
    const code = failure === "full" ? "ENOSPC" : "EIO";
    return Object.assign(new Error(`${code}: injected ${point}`), { code });
  }
  if (DUCKDB_STEPS.has(step)) return new Error(`IO Error: injected ${point}`);
  if (!SOURCE_STEPS.has(step)) {
    return new RheiError("OLAP_UNAVAILABLE", `Cannot use the mirror: injected ${point}`, {
      retryable: failure === "busy",
    });
  }
  switch (failure) {
    case "busy":
      return new RheiError("DATABASE_LOCKED", `Cannot run the statement: injected ${point}`, { retryable: true });
    case "input/output":
      return new RheiError("IO_ERROR", `Cannot run the statement: injected ${point}`);
    case "full":
      return new RheiError("DISK_FULL", `Cannot run the statement: injected ${point}`);
  }
}
