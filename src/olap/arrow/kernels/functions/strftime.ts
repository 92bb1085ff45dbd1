import { UNIX_EPOCH, weekdayOf } from "./date_modifier.ts";
import { formatReal, PLAIN } from "./format_real.ts";
import { computeCalendar, computeJd, DAY, type Moment } from "./moment.ts";

/** An integer with at least so many characters, its sign included, filled with zeros. */
export function digitsOf(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width - 1, "0")}` : String(value).padStart(width, "0");
}

type Conversion = (moment: Moment) => string;

const twoDigits = (part: (moment: Moment) => number): Conversion => (moment) => digitsOf(part(moment), 2);
const spaced = (part: (moment: Moment) => number): Conversion => (moment) => String(part(moment)).padStart(2);

/** The hour on a dial. */
function dialHour({ hour }: Moment): number {
  const past = hour > 12 ? hour - 12 : hour;
  return past === 0 ? 12 : past;
}

/** Days since the first of January. */
function dayOfYear(moment: Moment): number {
  const first = { ...moment, hasJd: false, month: 1, day: 1 };
  computeJd(first);
  return Math.trunc((moment.jd - first.jd + DAY / 2) / DAY);
}

function weekOfYear(moment: Moment): number {
  const weekday = Math.trunc((moment.jd + DAY / 2) / DAY) % 7;
  return Math.trunc((dayOfYear(moment) + 7 - weekday) / 7);
}

const fixed = (value: number, zeroWidth: number): string =>
  formatReal(value, { ...PLAIN, precision: 3, zeroWidth }, zeroWidth > 0);

const wholeSecond = ({ second }: Moment): number => Math.trunc(second);

const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  d: twoDigits(({ day }) => day),
  e: spaced(({ day }) => day),
  f: ({ second }) => fixed(Math.min(second, 59.999), 6),
  F: ({ year, month, day }) => `${digitsOf(year, 4)}-${digitsOf(month, 2)}-${digitsOf(day, 2)}`,
  H: twoDigits(({ hour }) => hour),
  I: twoDigits(dialHour),
  j: (moment) => digitsOf(dayOfYear(moment) + 1, 3),
  J: ({ jd }) => formatReal(jd / DAY, { ...PLAIN, style: "g", precision: 16 }, false),
  k: spaced(({ hour }) => hour),
  l: spaced(dialHour),
  m: twoDigits(({ month }) => month),
  M: twoDigits(({ minute }) => minute),
  p: ({ hour }) => hour >= 12 ? "PM" : "AM",
  P: ({ hour }) => hour >= 12 ? "pm" : "am",
  R: ({ hour, minute }) => `${digitsOf(hour, 2)}:${digitsOf(minute, 2)}`,
  s: ({ jd, subseconds }) =>
    subseconds ? fixed((jd - UNIX_EPOCH) / 1000, 0) : String(Math.trunc(jd / 1000) - UNIX_EPOCH / 1000),
  S: twoDigits(wholeSecond),
  T: (moment) => `${digitsOf(moment.hour, 2)}:${digitsOf(moment.minute, 2)}:${digitsOf(wholeSecond(moment), 2)}`,
  u: ({ jd }) => String(weekdayOf(jd) || 7),
  w: ({ jd }) => String(weekdayOf(jd)),
  W: twoDigits(weekOfYear),
  Y: ({ year }) => digitsOf(year, 4),
  "%": () => "%",
};

/** `strftime`'s text, or `null` for a conversion that is not known. */
export function formatMoment(format: string, moment: Moment): string | null {
  computeCalendar(moment);
  let text = "";
  let position = 0;
  for (let percent = format.indexOf("%"); percent >= 0; percent = format.indexOf("%", position)) {
    const letter = format[percent + 1] ?? "";
    if (!Object.hasOwn(CONVERSIONS, letter)) return null;
    text += format.slice(position, percent) + CONVERSIONS[letter]!(moment);
    position = percent + 2;
  }
  return text + format.slice(position);
}
