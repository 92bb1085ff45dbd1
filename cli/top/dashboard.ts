import { basename } from "node:path";
import { Box, Text } from "ink";
import { createElement as h, type ReactElement } from "react";
import type { EngineActivity, SlowStatement, TableFigures } from "../../mod.ts";
import { counted } from "../render/mod.ts";
import { oneLine, shareBar, shortBytes, shortNumber, shortTime, sparkline } from "./figures.ts";
import type { History } from "./history.ts";
import type { Rates } from "./rates.ts";

/** What the dashboard shows, and how much room there is. */
export interface DashboardProps {
  readonly history: History;
  /** The database, or the address of the process that is watched. */
  readonly subject: string;
  /** Said where only the dashboard's own process is seen. */
  readonly hint: string | null;
  readonly columns: number;
  readonly rows: number;
  /** The time of day, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Rows that are always there: head, lag, writes, syncs, statements, two titles, three blank lines, the last line. */
const FIXED_ROWS = 12;

/** Width of the labels on the left. */
const LABEL = 12;

/** A history of an engine as a screen of text. */
export function Dashboard({ history, subject, hint, columns, rows, nowMs }: DashboardProps): ReactElement {
  const { latest, failure } = history;
  const head = h(Head, { key: "head", subject, latest, failure, nowMs });
  const foot = h(
    Text,
    { key: "foot", dimColor: true, wrap: "truncate" },
    hint === null ? "q quits" : `q quits · ${hint}`,
  );
  if (latest === null) {
    return h(Box, { flexDirection: "column", width: columns, height: rows - 1 }, head, h(Box, { flexGrow: 1 }), foot);
  }
  const room = Math.max(2, rows - 1 - FIXED_ROWS);
  const slow = latest.totals.slowStatements.slice(0, Math.max(1, Math.floor(room / 2)));
  const tables = tablesShown(latest, room - Math.max(1, slow.length));
  return h(
    Box,
    { flexDirection: "column", width: columns, height: rows - 1 },
    head,
    h(Flow, { key: "flow", history, latest, columns }),
    h(Tables, { key: "tables", latest, tables }),
    h(SlowStatements, { key: "slow", slow, nowMs }),
    h(Box, { key: "gap", flexGrow: 1 }),
    foot,
  );
}

function Head(
  { subject, latest, failure, nowMs }: Pick<DashboardProps, "subject" | "nowMs"> & {
    latest: EngineActivity | null;
    failure: string | null;
  },
): ReactElement {
  const time = new Date(nowMs).toLocaleTimeString("en-GB");
  const title = latest === null ? subject : `${basename(latest.database)} · ${latest.backend}`;
  const health = failure !== null
    ? h(Text, { color: "red", wrap: "truncate" }, failure)
    : latest === null
    ? h(Text, { dimColor: true }, "opening …")
    : h(Text, { color: latest.health.ok ? "green" : "red", wrap: "truncate" }, latest.health.reason);
  return h(
    Box,
    { justifyContent: "space-between", columnGap: 2 },
    h(Text, { bold: true, wrap: "truncate" }, `rhei top · ${title}`),
    health,
    h(Box, { flexShrink: 0 }, h(Text, { dimColor: true }, time)),
  );
}

/** Label, figure, what goes with it. */
function line(key: string, label: string, figure: string, rest: string | ReactElement): ReactElement {
  return h(
    Box,
    { key, columnGap: 1 },
    h(Box, { width: LABEL, flexShrink: 0 }, h(Text, { dimColor: true }, label)),
    h(Box, { width: LABEL, flexShrink: 0, justifyContent: "flex-end" }, h(Text, { bold: true }, figure)),
    typeof rest === "string" ? h(Text, { wrap: "truncate" }, rest) : rest,
  );
}

function Flow(
  { history: { rates }, latest, columns }: { history: History; latest: EngineActivity; columns: number },
): ReactElement {
  const last = rates.at(-1);
  const bars = (read: (one: Rates) => number): ReactElement =>
    h(Text, { color: "cyan", wrap: "truncate" }, sparkline(rates.map(read), Math.max(8, columns - 2 * LABEL - 4)));
  const perSecond = (value: number | null | undefined): string =>
    value === null || value === undefined ? "–" : `${shortNumber(value)}/s`;
  const statements = (one: Rates): number => Object.values(one.statements).reduce((sum, value) => sum + value, 0);
  const { mirror, totals } = latest;
  const lag = mirror === null ? "–" : `${counted(mirror.lagChanges, "change")}`;
  const log = mirror === null
    ? "the mirror is not open"
    : `${shortTime(mirror.lagMs)} behind · log ${counted(mirror.logRows, "row")}, ${shortBytes(mirror.logBytes)}`;
  const failed = totals.failedSyncs === 0 ? "" : ` · ${counted(totals.failedSyncs, "sync")} failed`;
  return h(
    Box,
    { flexDirection: "column", flexShrink: 0, marginTop: 1 },
    line("lag", "lag", lag, `${log}${failed}`),
    line("captured", "captured", perSecond(last?.captured), bars((one) => one.captured ?? 0)),
    line("applied", "applied", perSecond(last?.applied), bars((one) => one.applied)),
    line("statements", "statements", perSecond(last && statements(last)), bars(statements)),
    line("routing", "routing", "", h(Text, { wrap: "truncate" }, routingText(latest, last))),
  );
}

/** Which engine answered how much: of the last second if anything was asked, otherwise since the start. */
function routingText({ totals }: EngineActivity, last: Rates | undefined): string {
  const recent = last !== undefined && Object.values(last.statements).some((rate) => rate > 0);
  const counts = Object.entries(recent ? last.statements : totals.statements).sort(([, a], [, b]) => b - a);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const parts = counts.map(([engine, count]) =>
    `${engine} ${shareBar(count / all, 8)} ${Math.round(count / all * 100)} %`
  );
  if (totals.declined > 0) parts.push(`${shortNumber(totals.declined)} declined`);
  if (totals.failedStatements > 0) parts.push(`${shortNumber(totals.failedStatements)} failed`);
  return parts.length === 0 ? "no statement yet" : parts.join("   ");
}

/** The largest tables. */
function tablesShown({ mirror }: EngineActivity, count: number): readonly TableFigures[] {
  return [...mirror?.tables ?? []].sort((a, b) => b.rows - a.rows).slice(0, Math.max(1, count));
}

function Tables({ latest, tables }: { latest: EngineActivity; tables: readonly TableFigures[] }): ReactElement {
  const all = latest.mirror?.tables.length ?? 0;
  const { absent = 0, untracked = 0 } = latest.mirror?.tablesByState ?? {};
  const notes = [
    ...(all > tables.length ? [`${tables.length} of ${all}`] : []),
    ...(absent > 0 ? [`${absent} absent: rhei status says why`] : []),
    ...(untracked > 0 ? [`${untracked} untracked`] : []),
  ];
  const cell = (text: string, width: number): ReactElement =>
    h(Box, { width, flexShrink: 0, justifyContent: "flex-end" }, h(Text, null, text));
  return h(
    Box,
    { flexDirection: "column", flexShrink: 0, marginTop: 1 },
    h(Text, { key: "title", bold: true }, "TABLES", h(Text, { bold: false, dimColor: true }, `  ${notes.join(" · ")}`)),
    ...tables.map(({ name, rows, bytes }) =>
      h(
        Box,
        { key: name, columnGap: 2 },
        cell(rows.toLocaleString("en-US"), 15),
        cell(shortBytes(bytes), 10),
        h(Text, { wrap: "truncate" }, name),
      )
    ),
  );
}

function SlowStatements({ slow, nowMs }: { slow: readonly SlowStatement[]; nowMs: number }): ReactElement {
  return h(
    Box,
    { flexDirection: "column", flexShrink: 0, marginTop: 1 },
    h(Text, { key: "title", bold: true }, "SLOW STATEMENTS", h(Text, { bold: false, dimColor: true }, "  over 100 ms")),
    ...(slow.length === 0 ? [h(Text, { key: "none", dimColor: true }, "none")] : slow.map((one, at) =>
      h(
        Box,
        { key: at, columnGap: 2 },
        h(Box, { width: 8, flexShrink: 0, justifyContent: "flex-end" }, h(Text, null, shortTime(one.durationMs))),
        h(Box, { width: 8, flexShrink: 0 }, outcomeText(one)),
        h(Box, { width: 11, flexShrink: 0 }, h(Text, { dimColor: true }, `${shortTime(nowMs - one.endedAtMs)} ago`)),
        h(Text, { wrap: "truncate" }, one.text === null ? "a batch" : oneLine(one.text)),
      )
    )),
  );
}

function outcomeText({ engine, outcome }: SlowStatement): ReactElement {
  return outcome === "ok" ? h(Text, null, engine) : h(Text, { color: "red" }, "failed");
}
