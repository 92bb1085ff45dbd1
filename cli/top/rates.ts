import type { EngineActivity } from "../../mod.ts";

/** What happens in a second, between two looks. */
export interface Rates {
  /** Entries written to the log by all processes; `null` while the mirror is not open. */
  readonly captured: number | null;
  readonly applied: number;
  /** Statements of the watched process, by the engine that answered. */
  readonly statements: Readonly<Record<string, number>>;
  readonly failed: number;
  readonly declined: number;
}

/** Per second, from one look to the next; a process that began anew in between starts from 0. */
export function ratesBetween(before: EngineActivity, now: EngineActivity): Rates {
  const seconds = Math.max(0.001, (now.takenAtMs - before.takenAtMs) / 1_000);
  const rate = (later: number, earlier: number): number =>
    Math.max(0, later < earlier ? later : later - earlier) / seconds;
  const [a, b] = [before.totals, now.totals];
  const engines = Object.keys(b.statements);
  return {
    captured: now.mirror === null || before.mirror === null
      ? null
      : rate(now.mirror.changesCaptured, before.mirror.changesCaptured),
    applied: rate(b.changesApplied, a.changesApplied),
    statements: Object.fromEntries(
      engines.map((engine) => [engine, rate(b.statements[engine] ?? 0, a.statements[engine] ?? 0)]),
    ),
    failed: rate(b.failedStatements, a.failedStatements),
    declined: rate(b.declined, a.declined),
  };
}
