import type { HistoryEnd } from "../../mod.ts";
import { OPTION_SPECS, type OptionSpec } from "../../src/config/mod.ts";
import type { MetaCommand } from "./meta_command.ts";
import { commandError } from "./command_error.ts";

/** The option's value, checked as the command line checks it. */
function parsed<T>(spec: OptionSpec<T>, text: string): T {
  const value = spec.parse(text);
  if (value === undefined) {
    throw commandError(`Cannot set .${spec.flag} to "${text}": expected ${spec.allowed}`);
  }
  return value;
}

const REBUILD = ["--rebuild", "--rebuild-all"] as const;

const TABLES = { name: "TABLE", accepts: { kind: "table" }, optional: true, repeated: true } as const;

/** What `.untrack` takes to say what becomes of history. */
const HISTORY_ENDS: ReadonlyMap<string, HistoryEnd> = new Map([
  ["--keep-history", "keep"],
  ["--discard-history", "discard"],
]);

/** Names of tables, none of which looks like a flag: a misspelt one must not be taken for a table. */
function withoutFlags(command: string, words: readonly string[]): readonly string[] {
  const flag = words.find((word) => word.startsWith("--"));
  if (flag !== undefined) {
    throw commandError(`Cannot run .${command}: it has no flag "${flag}"`, `.help ${command} tells more`);
  }
  return words;
}

/** Commands about routing, the mirror and its freshness. */
export const ENGINE_COMMANDS: readonly MetaCommand[] = [
  {
    name: "route",
    parameters: [{
      name: "auto|oltp|olap",
      accepts: { kind: "choice", values: OPTION_SPECS.route.choices },
      optional: true,
    }],
    summary: "show or choose the engine that answers",
    details: ["With olap a statement that the mirror declines is an error; with auto libSQL answers it."],
    async run(session, [value]) {
      if (value === undefined) await session.print(session.settings.route);
      else session.settings.route = parsed(OPTION_SPECS.route, value);
    },
  },
  {
    name: "freshness",
    parameters: [{
      name: "BOUND",
      accepts: { kind: "text", examples: [...OPTION_SPECS.freshness.choices, "500ms", "5s"] },
      optional: true,
    }],
    summary: "show or choose how fresh answers must be",
    details: [
      "BOUND is latest, any or a duration: latest sees every change committed before the query began,",
      "any takes the mirror as it is, 500ms or 5s allow that much lag.",
    ],
    async run(session, [value]) {
      if (value === undefined) await session.print(session.settings.freshness);
      else session.settings.freshness = parsed(OPTION_SPECS.freshness, value);
    },
  },
  {
    name: "sync",
    parameters: [
      { name: "--rebuild", accepts: { kind: "choice", values: REBUILD }, optional: true },
      TABLES,
    ],
    summary: "bring the mirror up to date now",
    details: [
      "With --rebuild the tables named are read anew, as after a repair of their values; with --rebuild-all all are.",
    ],
    run(session, [rebuild, ...tables]) {
      if (rebuild === undefined) return session.sync();
      if ((rebuild === "--rebuild") === (tables.length === 0)) {
        throw commandError(
          "Cannot run .sync: --rebuild takes tables, --rebuild-all none",
          "usage: .sync --rebuild TABLE…",
        );
      }
      return session.sync(rebuild === "--rebuild" ? tables : "all");
    },
  },
  {
    name: "status",
    parameters: [],
    summary: "show tables, rows, backend and lag of the mirror",
    run: (session) => session.status(),
  },
  {
    name: "metrics",
    parameters: [{ name: "PREFIX", accepts: { kind: "text", examples: ["rhei_"] }, optional: true }],
    summary: "show what was counted, as Prometheus would read it",
    details: ["With PREFIX only metrics whose names begin so, such as rhei_lag."],
    run: (session, [prefix = ""]) => session.metrics(prefix),
  },
  {
    name: "verify",
    parameters: [],
    summary: "prove the mirror equal to the database, by content",
    run: (session) => session.verify(),
  },
  {
    name: "track",
    parameters: [TABLES],
    summary: "start change capture of these tables, or of all",
    run: (session, words) => session.track(withoutFlags("track", words)),
  },
  {
    name: "untrack",
    parameters: [TABLES],
    summary: "end change capture of these tables, or of all",
    details: [
      "Tables named stay untracked until .track names them or all; without names nothing of rhei is left.",
      "Where there is history, --keep-history or --discard-history says what becomes of it.",
    ],
    run(session, words) {
      const [end, ...more] = words.filter((word) => HISTORY_ENDS.has(word));
      if (more.length > 0) {
        throw commandError(`Cannot run .untrack: only one of ${[...HISTORY_ENDS.keys()].join(" and ")} may be given`);
      }
      const tables = withoutFlags("untrack", words.filter((word) => !HISTORY_ENDS.has(word)));
      return session.untrack(tables, end === undefined ? undefined : HISTORY_ENDS.get(end));
    },
  },
];
