import { RheiError } from "../../src/errors/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import type { SqlValue } from "../../mod.ts";
import { sqlLiteral } from "../render/mod.ts";
import type { MetaCommand } from "./meta_command.ts";
import type { Session } from "./session.ts";
import { ON_OFF } from "./on_off.ts";
import { commandError } from "./command_error.ts";

/** Entries `.history` shows unless told. */
const HISTORY_SHOWN = 20;

function showSettings(session: Session): Promise<void> {
  const { settings } = session;
  const lines: readonly (readonly [string, string])[] = [
    ["bail", settings.bail === null ? "as started" : onOff(settings.bail)],
    ["database", session.database],
    ["echo", onOff(settings.echo)],
    ["explain", settings.explain],
    ["footer", onOff(settings.footer)],
    ["freshness", settings.freshness],
    ["headers", onOff(settings.headers)],
    ["maxrows", String(settings.rowsShownMax ?? "all")],
    ["maxwidth", settings.widthMax === "terminal" ? "auto" : String(settings.widthMax ?? "none")],
    ["mode", settings.mode],
    ["nullvalue", settings.nullText === null ? "the format's own" : JSON.stringify(settings.nullText)],
    ["pager", settings.pager ? settings.pagerCommand ?? "on" : "off"],
    ["route", settings.route],
    ["separator", JSON.stringify(settings.separator)],
    ["timer", onOff(settings.timer)],
    ["width", settings.cellWidths.length === 0 ? "auto" : settings.cellWidths.join(" ")],
    ["wrap", onOff(settings.wrap)],
  ];
  return session.print(lines.map(([name, value]) => `${name.padStart(10)}: ${value}`).join("\n"));
}

function onOff(value: boolean): string {
  return value ? "on" : "off";
}

/** A parameter's name as SQL writes it; without a prefix `:` is meant. */
function parameterName(text: string): string {
  const name = /^[:@$?]/.test(text) ? text : /^\d+$/.test(text) ? `?${text}` : `:${text}`;
  if (/^(?:[:@$][\p{L}\p{N}_$]+|\?[1-9]\d*)$/u.test(name)) return name;
  throw commandError(`Cannot name a parameter "${text}"`, "names are such as :id, @id, $id or ?1");
}

async function setParameter(session: Session, text: string): Promise<void> {
  const [, name = "", expression = ""] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (expression === "") {
    throw commandError("Cannot set a parameter: NAME and VALUE are needed", "usage: .param set NAME VALUE");
  }
  session.parameters.set(parameterName(name), await valueOf(session, expression));
}

/** The value of an expression; what is none is a text, so that words need no quotes. */
async function valueOf(session: Session, expression: string): Promise<SqlValue> {
  try {
    return await session.evaluate(expression);
  } catch (error) {
    if (error instanceof RheiError && TEXT_INSTEAD.has(error.code)) return expression;
    throw error;
  }
}

/** Failures of a text that is no SQL expression. */
const TEXT_INSTEAD: ReadonlySet<string> = new Set(["SQL_SYNTAX", "SQL_UNKNOWN_NAME", "SQL_ERROR", "SQL_PARAMETERS"]);

function listParameters(session: Session): Promise<void> | void {
  const names = [...session.parameters.keys()].sort();
  if (names.length === 0) return;
  const width = Math.max(...names.map((name) => name.length));
  return session.print(
    names.map((name) => `${name.padEnd(width)}  ${sqlLiteral(exactValue(session.parameters.get(name) ?? null))}`).join(
      "\n",
    ),
  );
}

/** A whole number is an INTEGER, as it was when it was set. */
function exactValue(value: SqlValue): ExactValue {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}

async function param(session: Session, [action = "", rest = ""]: readonly string[]): Promise<void> {
  if ((action === "list" || action === "clear") && !/^\s*;?\s*$/.test(rest)) {
    throw commandError(`Cannot run .param ${action}: "${rest.trim()}" is too much`, `usage: .param ${action}`);
  }
  switch (action) {
    case "set":
      return await setParameter(session, rest.trim());
    case "list":
      return await listParameters(session);
    case "unset": {
      const name = parameterName(rest.trim());
      if (!session.parameters.delete(name)) throw commandError(`Cannot unset "${name}": it has no value`);
      return;
    }
    default:
      session.parameters.clear();
  }
}

function wholeNumber(command: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Infinity;
  if (value > max) {
    throw commandError(`Cannot run .${command} with "${text}": expected a whole number from 0 to ${max}`);
  }
  return value;
}

/** Commands about the session itself. */
export const SESSION_COMMANDS: readonly MetaCommand[] = [
  {
    name: "show",
    parameters: [],
    summary: "show the settings",
    run: showSettings,
  },
  {
    name: "param",
    aliases: ["parameter"],
    parameters: [
      { name: "ACTION", accepts: { kind: "choice", values: ["set", "unset", "list", "clear"] } },
      { name: "NAME VALUE", accepts: { kind: "rest", named: true }, optional: true },
    ],
    summary: "give the parameters of statements values",
    details: [
      "ACTION is set NAME VALUE, unset NAME, list or clear.",
      "VALUE is an SQL expression; what is none is a text. Every later statement that has a parameter of",
      "that name (:id, @id, $id) or number (?1; plain ? count from 1) takes the value.",
    ],
    examples: [".param set :id 42", ".param set :since date('now', '-7 days')", "select * from orders where id = :id;"],
    run: param,
  },
  {
    name: "bail",
    parameters: [{ name: "on|off", accepts: { kind: "choice", values: ON_OFF }, optional: true }],
    summary: "choose whether a script ends at its first error",
    details: ["At first it does, unless it was started with --keep-going. Either way its exit code is 1."],
    async run(session, [value]) {
      const { settings } = session;
      if (value === undefined) await session.print(settings.bail === null ? "as started" : onOff(settings.bail));
      else settings.bail = value === "on";
    },
  },
  {
    name: "history",
    parameters: [{ name: "N", accepts: { kind: "text" }, optional: true }],
    summary: `show the last ${HISTORY_SHOWN} or N entries of the history`,
    async run(session, [count]) {
      const shown = count === undefined ? HISTORY_SHOWN : wholeNumber("history", count, 1e9);
      const entries = session.history.slice(0, shown).toReversed();
      if (entries.length > 0) await session.print(entries.join("\n"));
    },
  },
  {
    name: "quit",
    aliases: ["exit"],
    parameters: [{ name: "CODE", accepts: { kind: "text" }, optional: true }],
    summary: "leave, with an exit code if one is given",
    details: ["An open transaction is rolled back."],
    run: (session, [code]) => session.leave(code === undefined ? 0 : wholeNumber("quit", code, 255)),
  },
];
