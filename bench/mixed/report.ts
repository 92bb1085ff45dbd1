import type { ContenderName } from "./contender.ts";
import { frontierShare } from "./frontier.ts";
import type { Point } from "./workload.ts";

/** One client of each kind alone and together: medians, per second. */
export interface MixedPoint {
  readonly tAlone: number;
  readonly tMixed: number;
  readonly aAlone: number;
  readonly aMixed: number;
  readonly tAloneP99Ms: number;
  readonly tMixedP99Ms: number;
  /** Each alone with the whole process on one core; `null` where that was not measured. */
  readonly oneCore: { readonly tAlone: number; readonly aAlone: number } | null;
}

export interface ContenderReport {
  readonly name: ContenderName;
  /** Of all queries' answers over the data at the start. */
  readonly hash: string;
  readonly mixed: MixedPoint;
  /** All loads measured once. */
  readonly points: readonly Point[];
  readonly frontier: readonly Point[];
  /** Loads there was no time for. */
  readonly leftOut: number;
}

export interface MixedReport {
  readonly scale: number;
  /** Order lines at the start. */
  readonly lines: number;
  readonly threads: number;
  readonly freshness: string;
  /** Of each measurement. */
  readonly seconds: number;
  readonly contenders: readonly ContenderReport[];
}

type Cell = string | number;

/** The report as Markdown tables. */
export function markdownReport(report: MixedReport): string {
  const { lines, threads, freshness, seconds, contenders } = report;
  const hashes = [...new Set(contenders.map(({ hash }) => hash))].join(", ");
  return `# Transactions beside analytical queries

${count(lines)} order lines; freshness \`${freshness}\`; ${threads} thread${
    threads === 1 ? "" : "s"
  } for a query of rhei;
${seconds} s for each measurement. T: transactions (48 % new orders, 48 % payments, 4 % counts of orders), A: the 13 queries of the
star schema benchmark. Answers over the data at the start: ${hashes}.

## One client of each kind, alone and together

Alone, each has the whole machine: in "alone" an analytical client's parsing, routing and garbage collection may use a second core.

${mixedTable(contenders)}

## One client of each kind, one core each

Alone on a single core, together on two.

${oneCoreTable(contenders)}

## Throughput frontier

${frontierTable(contenders)}

## All loads

${pointTable(contenders)}
`;
}

function mixedTable(contenders: readonly ContenderReport[]): string {
  const head = [
    "",
    "T alone /s",
    "T mixed /s",
    "T ratio",
    "A alone /s",
    "A mixed /s",
    "A ratio",
    "T p99 alone",
    "T p99 mixed",
  ];
  return table(
    head,
    contenders.map(({ name, mixed }) => [
      ...[name, rate(mixed.tAlone), rate(mixed.tMixed), ratio(mixed.tMixed / mixed.tAlone)],
      ...[rate(mixed.aAlone), rate(mixed.aMixed), ratio(mixed.aMixed / mixed.aAlone)],
      ...[milliseconds(mixed.tAloneP99Ms), milliseconds(mixed.tMixedP99Ms)],
    ]),
  );
}

function oneCoreTable(contenders: readonly ContenderReport[]): string {
  const head = ["", "T alone /s", "T mixed /s", "T ratio", "A alone /s", "A mixed /s", "A ratio"];
  return table(
    head,
    contenders.map(({ name, mixed: { oneCore, tMixed, aMixed } }) =>
      oneCore === null ? [name, ...head.slice(1).map(() => "not measured")] : [
        ...[name, rate(oneCore.tAlone), rate(tMixed), ratio(tMixed / oneCore.tAlone)],
        ...[rate(oneCore.aAlone), rate(aMixed), ratio(aMixed / oneCore.aAlone)],
      ]
    ),
  );
}

function frontierTable(contenders: readonly ContenderReport[]): string {
  const head = ["", "most T /s", "most A /s", "area under the frontier", "loads left out for time"];
  return table(
    head,
    contenders.map(({ name, frontier, leftOut }) => [
      ...[name, rate(frontier[0]?.tThroughput ?? 0), rate(frontier.at(-1)?.aThroughput ?? 0)],
      ...[ratio(frontierShare(frontier)), count(leftOut)],
    ]),
  );
}

function pointTable(contenders: readonly ContenderReport[]): string {
  const head = [
    "",
    "T-clients",
    "A-clients",
    "T /s",
    "A /s",
    "T p99",
    "queries",
    "mirrored",
    "stale",
    "freshness p95",
    "freshness max",
  ];
  return table(
    head,
    contenders.flatMap(({ name, points }) =>
      points.map((point) => [
        ...[name, point.tClients, point.aClients, rate(point.tThroughput), rate(point.aThroughput)],
        ...[milliseconds(point.tP99Ms), point.freshness.queries, point.mirrored, point.freshness.stale],
        ...[milliseconds(point.freshness.p95Ms), milliseconds(point.freshness.maxMs)],
      ])
    ),
  );
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, at) => Math.max(3, ...cells.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)).join(" | ")} |`;
  const rule = `| ${
    widths.map((width, at) => at === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`).join(" | ")
  } |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join("\n");
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function rate(perSecond: number): string {
  return perSecond >= 100 ? count(Math.round(perSecond)) : perSecond.toFixed(1);
}

function ratio(value: number): string {
  return value.toFixed(2);
}

function milliseconds(value: number): string {
  return value === 0 ? "0" : `${value.toFixed(2)} ms`;
}
