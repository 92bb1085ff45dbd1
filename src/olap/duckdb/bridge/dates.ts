import { bind } from "./bind.ts";
import { textOf } from "./text.ts";
import { decline, runtimeDecline, SQL_NULL, type SqlValue, value } from "./sql_value.ts";

/**
 * Date and time functions over the forms in which applications keep times, `YYYY-MM-DD` with or without `HH:MM[:SS[.SSS]]` and `Z`,
 * of real calendar days from year 1000, and over seconds since 1970 with 'unixepoch'. Text without any digit is no time, so the
 * answer is NULL; everything else SQLite might read as a time (a Julian day, a bare time, an offset) ends the query.
 */
const TIME_TEXT =
  "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}(?:[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]{1,3})?)?Z?)?";

const UNREADABLE = runtimeDecline("a time in a form that is not translated");

/** date(), time(), datetime(), strftime(), julianday(), unixepoch(). */
export function dateSql(name: string, args: readonly SqlValue[]): SqlValue {
  if (name === "strftime") {
    const [format, ...times] = args;
    if (format!.rep === "null") return SQL_NULL;
    const constant = format!.constant?.value;
    if (typeof constant !== "string") return decline("function", "strftime() with a format that is not a constant");
    const time = timestamp(times);
    if (constant === "%s" && time !== null) return value("text", `CAST(${unixSeconds(time)} AS VARCHAR)`);
    return formatted(time, duckdbFormat(constant));
  }
  const time = timestamp(args);
  switch (name) {
    case "date":
      return formatted(time, "%Y-%m-%d");
    case "time":
      return formatted(time, "%H:%M:%S");
    case "datetime":
      return formatted(time, "%Y-%m-%d %H:%M:%S");
    case "julianday":
      return time === null ? SQL_NULL : value("real", `((${julianMs(time)}) / 86400000e0)`);
    case "unixepoch":
      return time === null ? SQL_NULL : value("integer", unixSeconds(time));
    default:
      return decline("function", `function ${name}() is not translated`);
  }
}

function formatted(time: string | null, format: string): SqlValue {
  return time === null ? SQL_NULL : value("text", `strftime(${time}, '${format}')`);
}

/** Milliseconds since noon of 24 November 4714 BC, SQLite's own measure of time. */
function julianMs(time: string): string {
  return `(epoch_ms(${time}) + 210866760000000)`;
}

function unixSeconds(time: string): string {
  return `(${julianMs(time)} // 1000 - 210866760000)`;
}

/** Conversions that both engines write alike. */
const CONVERSIONS: ReadonlySet<string> = new Set(["Y", "m", "d", "H", "M", "S", "j", "w", "W", "%"]);

function duckdbFormat(format: string): string {
  for (const [conversion, letter] of format.matchAll(/%(.?)/gs)) {
    if (!CONVERSIONS.has(letter!)) decline("function", `strftime() with ${conversion} is not translated`);
  }
  return format.replaceAll("'", "''");
}

/** A time value with its modifiers as a DuckDB TIMESTAMP; `null` when an argument is NULL. */
function timestamp([time, ...modifiers]: readonly SqlValue[]): string | null {
  if (time === undefined) return decline("volatile", "a date function without arguments depends on the clock");
  if ([time, ...modifiers].some((arg) => arg.rep === "null")) return null;
  const texts = modifiers.map(modifierText);
  const fromSeconds = texts[0] === "unixepoch";
  const start = fromSeconds ? secondsTimestamp(time) : textTimestamp(time);
  const rest = fromSeconds ? texts.slice(1) : texts;
  if (rest.length === 0) return start;
  // SQLite gives NULL as soon as a modifier leaves the years 0 to 9999.
  const years = BigInt(Math.ceil(rest.reduce((sum, modifier) => sum + yearsMoved(modifier), 0)));
  const outside = `NOT BETWEEN ${1000n + years} AND ${9999n - years}`;
  return bind(
    start,
    (time) => `(CASE WHEN year(${time}) ${outside} THEN ${UNREADABLE} ELSE ${rest.reduce(modified, time)} END)`,
  );
}

function modifierText({ constant }: SqlValue): string {
  if (typeof constant?.value !== "string") return decline("function", "a date modifier that is not a constant");
  return constant.value.toLowerCase();
}

function textTimestamp(time: SqlValue): string {
  if (time.rep !== "text") return decline("type", `a date function of ${time.rep}`);
  if (typeof time.constant?.value === "string" && /now|subsec/i.test(time.constant.value)) {
    return decline("volatile", "'now' depends on the clock");
  }
  return bind(textOf(time), (text) => {
    const cast = `TRY_CAST(rtrim(${text}, 'Z') AS TIMESTAMP)`;
    return `(CASE WHEN ${text} IS NULL THEN NULL ` +
      `WHEN regexp_full_match(${text}, '${TIME_TEXT}') AND ${cast} IS NOT NULL THEN ${cast} ` +
      `WHEN NOT regexp_matches(${text}, '[0-9]|(?i)now|subsec') THEN NULL ELSE ${UNREADABLE} END)`;
  });
}

function secondsTimestamp(time: SqlValue): string {
  if (time.rep !== "integer") return decline("type", `seconds since 1970 as ${time.rep}`);
  return bind(
    time.sql,
    (seconds) =>
      `(CASE WHEN ${seconds} NOT BETWEEN -30610224000 AND 253402300799 THEN ${UNREADABLE} ` +
      `ELSE make_timestamp(${seconds} * 1000000) END)`,
  );
}

const STARTS: ReadonlyMap<string, string> = new Map([
  ["start of day", "day"],
  ["start of month", "month"],
  ["start of year", "year"],
]);

const DAYS: Readonly<Record<string, number>> = {
  second: 1 / 86400,
  minute: 1 / 1440,
  hour: 1 / 24,
  day: 1,
  month: 31,
  year: 366,
};

/** `weekday N`: on to the next such day, Sunday being 0, unless it is one. */
function weekdayOf(modifier: string): number | null {
  const match = /^weekday ([0-6])$/.exec(modifier);
  return match === null ? null : Number(match[1]);
}

function offsetOf(modifier: string): { readonly amount: number; readonly unit: string } {
  const match = /^([+-]?\d{1,6}) (second|minute|hour|day|month|year)s?$/.exec(modifier);
  if (match === null) return decline("function", `the date modifier '${modifier}' is not translated`);
  return { amount: Number(match[1]), unit: match[2]! };
}

/** By how many years a modifier moves a time at most. */
function yearsMoved(modifier: string): number {
  if (STARTS.has(modifier) || weekdayOf(modifier) !== null) return 1;
  const { amount, unit } = offsetOf(modifier);
  return Math.abs(amount) * DAYS[unit]! / 365 + 1;
}

/** A timestamp changed by one modifier. Months move the month and let days beyond its end run into the next. */
function modified(time: string, modifier: string): string {
  const start = STARTS.get(modifier);
  if (start !== undefined) return `date_trunc('${start}', ${time})`;
  const weekday = weekdayOf(modifier);
  if (weekday !== null) {
    return bind(time, (t) => `(${t} + to_days(CAST((${weekday + 7} - dayofweek(${t})) % 7 AS INTEGER)))`);
  }
  const { amount, unit } = offsetOf(modifier);
  if (unit !== "month" && unit !== "year") return `(${time} + INTERVAL '${amount} ${unit}')`;
  const months = unit === "year" ? amount * 12 : amount;
  return bind(
    time,
    (t) => `(date_trunc('month', ${t}) + INTERVAL '${months} month' + (${t} - date_trunc('month', ${t})))`,
  );
}
