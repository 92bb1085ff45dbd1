import type { HtapEngine } from "../../../mod.ts";
import type { Random } from "../tpch/random.ts";
import type { Shape } from "./rows.ts";

/** Kinds of changes; `mixed` is a third of each. */
export type ChangeKind = "insert" | "update" | "delete" | "mixed";

export const CHANGE_KINDS: readonly ChangeKind[] = ["insert", "update", "delete", "mixed"];

/** Cycles of one size: changes committed in one transaction, then synced. */
export interface CycleTimes {
  readonly kind: ChangeKind;
  /** Changes in a cycle. */
  readonly changes: number;
  readonly cycles: number;
  /** Changes per second that the syncs alone took. */
  readonly perSecond: number;
  /** Changes per second that the writer committed. */
  readonly writtenPerSecond: number;
  /** From the commit until the mirror shows it, in milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Change {
  readonly sql: string;
  readonly params: (number | string)[];
}

/** Makes changes to one table, and knows which keys it has. */
export class Changes {
  readonly #shape: Shape;
  readonly #random: Random;
  readonly #live: number[];
  #next: number;
  #mixed = 0;

  /** @param rows The table holds the keys from 1 to this. */
  constructor(shape: Shape, random: Random, rows: number) {
    this.#shape = shape;
    this.#random = random;
    this.#live = Array.from({ length: rows }, (_, at) => at + 1);
    this.#next = rows + 1;
  }

  /** The next changes, no two of one row. */
  make(kind: ChangeKind, count: number): Change[] {
    // The keys to change are swapped to the end, those to delete being the very last.
    const olds = Math.min(this.#live.length, count);
    if (kind !== "insert") this.#shuffleEnd(olds);
    const changes: Change[] = [];
    const added: number[] = [];
    let touched = 0;
    for (let at = 0; at < count; at++) {
      const one = kind === "mixed" ? CHANGE_KINDS[this.#mixed++ % 3]! : kind;
      if (one === "insert") {
        const key = this.#next++;
        added.push(key);
        changes.push({ sql: this.#shape.insert, params: this.#shape.row(this.#random, key) });
      } else if (one === "update") {
        touched++;
        changes.push({ sql: this.#shape.update, params: [this.#live[this.#live.length - touched]!] });
      } else {
        changes.push({ sql: this.#shape.remove, params: [this.#take(touched)] });
      }
    }
    this.#live.push(...added);
    return changes;
  }

  /** Takes out the key before the `touched` last ones. */
  #take(touched: number): number {
    const at = this.#live.length - 1 - touched;
    const key = this.#live[at];
    if (key === undefined) throw new RangeError("There are not so many rows to change");
    this.#live[at] = this.#live.at(-1)!;
    this.#live.pop();
    return key;
  }

  #shuffleEnd(count: number): void {
    const live = this.#live;
    for (let at = live.length - 1; at >= live.length - count; at--) {
      const other = this.#random.below(at + 1);
      [live[at], live[other]] = [live[other]!, live[at]!];
    }
  }
}

/** How often to measure. */
export interface CycleBounds {
  readonly kind: ChangeKind;
  /** Changes in a cycle. */
  readonly size: number;
  readonly cyclesMin: number;
  readonly cyclesMax: number;
  /** No cycle begins after this time, in milliseconds, once there are enough. */
  readonly budgetMs: number;
}

/** Cycles of so many changes are run once unmeasured first, which compiles what they use; for larger ones that takes no time to speak of. */
const WARMED_CHANGES_MAX = 10_000;

/** Commits changes and syncs them, cycle by cycle. */
export async function measureCycles(
  engine: HtapEngine,
  changes: Changes,
  { kind, size, cyclesMin, cyclesMax, budgetMs }: CycleBounds,
): Promise<CycleTimes> {
  const lagsMs: number[] = [];
  let writtenMs = 0;
  const warmup = size > WARMED_CHANGES_MAX ? 0 : 1;
  const untilMs = performance.now() + budgetMs;
  for (let cycle = 0; cycle < cyclesMax + warmup; cycle++) {
    if (cycle >= cyclesMin + warmup && performance.now() > untilMs) break;
    const batch = changes.make(kind, size);
    const beganMs = performance.now();
    await engine.batch(batch);
    const committedMs = performance.now();
    await engine.syncNow();
    const visibleMs = performance.now();
    if (cycle < warmup) continue;
    lagsMs.push(visibleMs - committedMs);
    writtenMs += committedMs - beganMs;
  }
  const cycles = lagsMs.length;
  const syncMs = lagsMs.reduce((sum, ms) => sum + ms, 0);
  lagsMs.sort((a, b) => a - b);
  return {
    kind,
    changes: size,
    cycles,
    perSecond: size * cycles / syncMs * 1000,
    writtenPerSecond: size * cycles / writtenMs * 1000,
    p50Ms: lagsMs[(cycles - 1) >> 1]!,
    p99Ms: lagsMs[Math.ceil((cycles - 1) * 0.99)]!,
  };
}
