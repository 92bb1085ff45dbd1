import { CHART_KINDS, type ChartKind } from "../render/mod.ts";
import { commandError } from "./command_error.ts";
import type { MetaCommand } from "./meta_command.ts";
import type { Session } from "./session.ts";

/** Seconds between two runs unless told. */
const WATCH_SECONDS = 2;

/** The query a command is about: the one given, without its semicolon, or the last one run. */
function queryOf(session: Session, command: string, sql: string): string {
  const given = sql.trim().replace(/;\s*$/, "");
  if (given !== "") return given;
  if (session.lastQuery !== null) return session.lastQuery;
  throw commandError(`Cannot run .${command}: no query has been run yet`, `.${command} SQL names the query`);
}

/** The first word of a text if it is one of those, and the rest. */
function splitWord(text: string, words: readonly string[]): readonly [word: string | null, rest: string] {
  const [, first = "", rest = ""] = /^(\S+)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  return words.includes(first) ? [first, rest] : [null, text];
}

async function explain(session: Session, [text = ""]: readonly string[]): Promise<void> {
  const { settings } = session;
  const [word, sql] = splitWord(text.replace(/;\s*$/, ""), ["on", "off", "analyze"]);
  if (word !== null && sql === "") settings.explain = word as typeof settings.explain;
  else if (word === "analyze") await session.explain(sql, true);
  else if (text === "") await session.print(settings.explain);
  else await session.explain(text.replace(/;\s*$/, ""), false);
}

async function watch(session: Session, [text = ""]: readonly string[]): Promise<void> {
  const [, seconds, sql = ""] = /^(?:(\d+(?:\.\d+)?)(?:\s+|$))?([\s\S]*)$/.exec(text.trim()) ?? [];
  const pause = seconds === undefined ? WATCH_SECONDS : Number(seconds);
  if (pause < 0.1 || pause > 86_400) {
    throw commandError(`Cannot watch every ${seconds} seconds: expected a number from 0.1 to 86400`);
  }
  await session.watch(pause, queryOf(session, "watch", sql));
}

async function chart(session: Session, [text = ""]: readonly string[]): Promise<void> {
  const [kind, sql] = splitWord(text, CHART_KINDS);
  await session.chart(kind as ChartKind | null, queryOf(session, "chart", sql));
}

/** Commands that do something with a query. */
export const QUERY_COMMANDS: readonly MetaCommand[] = [
  {
    name: "explain",
    parameters: [{
      name: "[analyze] SQL",
      accepts: { kind: "rest", words: ["analyze", "on", "off"] },
      optional: true,
    }],
    summary: "show where SQL would go, why, and its plan",
    details: [
      "With analyze it is run, and each step tells its rows and time. The mirror's own executor (arrow)",
      "then runs its operators one by one, which takes longer than running them together.",
      "on and analyze without SQL do the same before the result of every query, until off.",
    ],
    examples: [
      ".explain select * from orders where id = 7",
      ".explain analyze select status, count(*) from orders group by 1",
    ],
    run: explain,
  },
  {
    name: "chart",
    parameters: [{ name: "[bar|line] SQL", accepts: { kind: "rest", words: CHART_KINDS }, optional: true }],
    summary: "draw the rows of SQL, or of the last query",
    details: [
      "The first column that is no number names the rows; every column of numbers is drawn.",
      "Up to 40 rows are drawn as bars, more as lines, unless bar or line is asked for.",
    ],
    examples: [".chart select status, count(*) from orders group by 1", ".chart line"],
    run: chart,
  },
  {
    name: "watch",
    parameters: [{ name: "[SECONDS] SQL", accepts: { kind: "rest" }, optional: true }],
    summary: "run SQL, or the last query, again and again",
    details: ["Every 2 seconds unless told otherwise; Ctrl-C ends it."],
    examples: [".watch 5 select count(*) from orders"],
    run: watch,
  },
  {
    name: "edit",
    parameters: [{ name: "SQL", accepts: { kind: "rest" }, optional: true }],
    summary: "change SQL, or the last statement, in your editor",
    details: [
      "The editor is $VISUAL, $EDITOR or vi. What is saved there comes back to the prompt: Enter runs it.",
    ],
    run: (session, [sql]) =>
      session.edit(sql ?? session.history.find((entry) => !entry.startsWith(".")) ?? session.lastQuery ?? ""),
  },
];
