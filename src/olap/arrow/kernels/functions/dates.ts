import type { ExactValue } from "../../../../types/mod.ts";
import { RuntimeDecline } from "../../../olap_backend.ts";
import { textOf } from "../cast.ts";
import { applyModifier, settle, UNIX_EPOCH } from "./date_modifier.ts";
import type { FunctionTable } from "./function_table.ts";
import { computeCalendar, computeDate, computeJd, computeTime, DAY, forgetCalendar, type Moment } from "./moment.ts";
import { parseMoment } from "./parse_moment.ts";
import { formatReal, PLAIN } from "./format_real.ts";
import { digitsOf, formatMoment } from "./strftime.ts";

/** The moment that arguments stand for, or `null`. */
function momentOf(args: readonly ExactValue[]): Moment | null {
  const moment = parseMoment(args[0]!);
  if (moment === null) return null;
  for (let i = 1; i < args.length; i++) {
    const modifier = args[i]!;
    if (modifier === null || !applyModifier(textOf(modifier), moment, i)) return null;
  }
  if (!settle(moment)) return null;
  // Without a modifier to do so, SQLite carries days beyond a month's last into the next.
  if (args.length === 1 && moment.hasDate && moment.day > 28) moment.hasDate = false;
  return moment;
}

const dated = (show: (moment: Moment) => ExactValue) => (args: readonly ExactValue[]): ExactValue => {
  const moment = momentOf(args);
  return moment === null ? null : show(moment);
};

function dateText(moment: Moment): string {
  computeDate(moment);
  const { year, month, day } = moment;
  return `${year < 0 ? "-" : ""}${digitsOf(Math.abs(year), 4)}-${digitsOf(month, 2)}-${digitsOf(day, 2)}`;
}

function timeText(moment: Moment): string {
  computeTime(moment);
  const { hour, minute, second, subseconds } = moment;
  const milliseconds = Math.trunc(1000 * second + 0.5);
  const seconds = subseconds
    ? `${digitsOf(Math.trunc(milliseconds / 1000), 2)}.${digitsOf(milliseconds % 1000, 3)}`
    : digitsOf(Math.trunc(second), 2);
  return `${digitsOf(hour, 2)}:${digitsOf(minute, 2)}:${seconds}`;
}

/** With fractions it would be a REAL, although the result is otherwise sure to be an INTEGER. */
function unixSeconds({ jd, subseconds }: Moment): ExactValue {
  if (subseconds) throw new RuntimeDecline("unixepoch() with fractions of a second");
  return BigInt(Math.trunc(jd / 1000) - UNIX_EPOCH / 1000);
}

function strftime([format = null, ...args]: readonly ExactValue[]): ExactValue {
  if (format === null) return null;
  const moment = momentOf(args);
  return moment === null ? null : formatMoment(textOf(format), moment);
}

/** Moves the years and months of `from` to those of `to`, then back by months until it no longer lies beyond. */
function monthsBetween(from: Moment, to: Moment, direction: 1 | -1): number {
  let months = direction * ((to.year - from.year) * 12 + to.month - from.month);
  if (months !== 0) {
    [from.year, from.month, from.hasJd] = [to.year, to.month, false];
    computeJd(from);
  }
  while (direction * (to.jd - from.jd) < 0) {
    months--;
    from.month -= direction;
    if (from.month < 1) [from.month, from.year] = [12, from.year - 1];
    if (from.month > 12) [from.month, from.year] = [1, from.year + 1];
    from.hasJd = false;
    computeJd(from);
  }
  return months;
}

/** Julian day of a month's first day, so that days count from 1. */
const TIMEDIFF_BASE = 148_699_540_800_000;

function timediff([first, second]: readonly ExactValue[]): ExactValue {
  const to = momentOf([first!]);
  const from = to === null ? null : momentOf([second!]);
  if (to === null || from === null) return null;
  computeCalendar(to);
  computeCalendar(from);
  const direction = to.jd >= from.jd ? 1 : -1;
  const months = monthsBetween(from, to, direction);
  to.jd = direction * (to.jd - from.jd) + TIMEDIFF_BASE;
  forgetCalendar(to);
  computeCalendar(to);
  const date = `${digitsOf(Math.floor(months / 12), 4)}-${digitsOf(months - 12 * Math.floor(months / 12), 2)}-` +
    digitsOf(to.day - 1, 2);
  const seconds = formatReal(to.second, { ...PLAIN, precision: 3, zeroWidth: 6 }, true);
  return `${direction > 0 ? "+" : "-"}${date} ${digitsOf(to.hour, 2)}:${digitsOf(to.minute, 2)}:${seconds}`;
}

/** Date functions, but for those of the present time. */
export const DATE_FUNCTIONS: FunctionTable = {
  date: { arity: [1, 64], call: dated(dateText) },
  datetime: { arity: [1, 64], call: dated((moment) => `${dateText(moment)} ${timeText(moment)}`) },
  julianday: { arity: [1, 64], call: dated(({ jd }) => jd / DAY) },
  strftime: { arity: [2, 64], call: strftime },
  time: { arity: [1, 64], call: dated(timeText) },
  timediff: { arity: [2, 2], call: timediff },
  unixepoch: { arity: [1, 64], call: dated(unixSeconds) },
};
