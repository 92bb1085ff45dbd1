import type { Random } from "../random.ts";

/** A moment among the transactions made so far, chosen before their times are known. */
export interface Moment {
  /** Which transaction, from 0 (the first) to 1 (the last so far). */
  readonly position: number;
  /** Where it lies from there: at its time, a microsecond beside it, half way to the next one, or outside of all. */
  readonly place: "at" | "before" | "after" | "between" | "early" | "late";
  /** What it is rounded down to, in microseconds. */
  readonly precision: bigint;
  /** Chooses how it is written. */
  readonly form: number;
}

/** Which versions of a table a reference asks for, and how it is written. */
export interface VersionsAsked {
  readonly table: string;
  readonly alias: string | null;
  readonly period:
    | { readonly kind: "asOf"; readonly at: Moment }
    | { readonly kind: "between"; readonly from: Moment; readonly to: Moment }
    | { readonly kind: "all" };
  /** Whether the alias stands before the clause. */
  readonly aliasFirst: boolean;
}

const PRECISIONS: readonly (readonly [number, bigint])[] = [
  [12, 1n],
  [3, 1_000n],
  [2, 1_000_000n],
  [1, 60_000_000n],
  [1, 86_400_000_000n],
];

function randomMoment(random: Random): Moment {
  return {
    position: random.float(),
    place: random.weighted([[6, "at"], [3, "before"], [2, "after"], [4, "between"], [1, "early"], [2, "late"]]),
    precision: random.weighted(PRECISIONS),
    form: random.next(),
  };
}

/** A random reference, most of them as of a time. */
export function randomVersions(table: string, alias: string | null, random: Random): VersionsAsked {
  const moments = [randomMoment(random), randomMoment(random)] as const;
  // Mostly in order: what ends before it begins is empty.
  const [from, to] = random.chance(0.9) && moments[0].position > moments[1].position
    ? [moments[1], moments[0]]
    : moments;
  const period = random.weighted<VersionsAsked["period"]>([
    [6, { kind: "asOf", at: moments[0] }],
    [2, { kind: "between", from, to }],
    [2, { kind: "all" }],
  ]);
  return { table, alias, period, aliasFirst: random.chance(0.3) };
}
