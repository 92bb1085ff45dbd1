import { RuntimeDecline } from "../../../olap_backend.ts";
import { lowerAscii } from "../compare.ts";
import { wholeNumber } from "../numeric_text.ts";
import {
  computeCalendar,
  computeDate,
  computeJd,
  DAY,
  emptyMoment,
  forgetCalendar,
  isValidJd,
  type Moment,
} from "./moment.ts";
import { parseTime } from "./parse_moment.ts";

/** Milliseconds from Julian day 0 to 1970. */
export const UNIX_EPOCH = 210_866_760_000_000;

/**
 * Applies a modifier such as `+1 month` or `start of year`. Whether it is one that fits.
 *
 * @param position From 1: some modifiers must come first.
 * @throws {RuntimeDecline} For those that depend on the machine's time zone.
 */
export function applyModifier(modifier: string, moment: Moment, position: number): boolean {
  const text = lowerAscii(modifier);
  switch (text) {
    case "auto":
      return position === 1 && adjustRaw(moment);
    case "julianday":
      if (position > 1 || !moment.hasJd || !moment.isRaw) return false;
      moment.isRaw = false;
      return true;
    case "unixepoch":
      return position === 1 && moment.isRaw && fromUnixEpoch(moment);
    case "subsec":
    case "subsecond":
      moment.subseconds = true;
      return true;
    case "localtime":
    case "utc":
      throw new RuntimeDecline("a date function of the local time zone");
  }
  if (text.startsWith("weekday ")) return toWeekday(text.slice(8), moment);
  if (text.startsWith("start of ")) return toStart(text.slice(9), moment);
  return /^[-+0-9]/.test(text) && shift(text, moment);
}

function setJd(moment: Moment, jd: number): void {
  forgetCalendar(moment);
  moment.jd = jd;
  moment.hasJd = true;
  moment.isRaw = false;
}

/** A number beyond Julian days is taken for seconds since 1970. */
function adjustRaw(moment: Moment): boolean {
  if (!moment.isRaw || moment.hasJd) moment.isRaw = false;
  else if (moment.second >= -210_866_760_000 && moment.second <= 253_402_300_799) {
    setJd(moment, Math.trunc(moment.second * 1000 + UNIX_EPOCH + 0.5));
  }
  return true;
}

function fromUnixEpoch(moment: Moment): boolean {
  const jd = moment.second * 1000 + UNIX_EPOCH;
  if (!(jd >= 0 && jd < 464_269_060_800_000)) return false;
  setJd(moment, Math.trunc(jd + 0.5));
  return true;
}

/** On to the next such day, from 0 for Sunday, if it is not one already. */
function toWeekday(text: string, moment: Moment): boolean {
  const wanted = Number(wholeNumber(text) ?? NaN);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted >= 7) return false;
  computeCalendar(moment);
  moment.hasOffset = false;
  moment.hasJd = false;
  computeJd(moment);
  let weekday = weekdayOf(moment.jd);
  if (weekday > wanted) weekday -= 7;
  moment.jd += (wanted - weekday) * DAY;
  forgetCalendar(moment);
  return true;
}

/** 0 for Sunday. */
export function weekdayOf(jd: number): number {
  return Math.trunc((jd + 1.5 * DAY) / DAY) % 7;
}

function toStart(unit: string, moment: Moment): boolean {
  if (!moment.hasJd && !moment.hasDate && !moment.hasTime) return false;
  computeDate(moment);
  moment.hasTime = true;
  [moment.hour, moment.minute, moment.second] = [0, 0, 0];
  moment.isRaw = false;
  moment.hasOffset = false;
  moment.hasJd = false;
  switch (unit) {
    case "year":
      [moment.month, moment.day] = [1, 1];
      return true;
    case "month":
      moment.day = 1;
      return true;
    default:
      return unit === "day";
  }
}

const DATE_SHIFT = /^([+-])(\d{4,5})-(\d\d)-(\d\d)(?:[\t-\r ](?=\d\d:\d\d)([^]+))?$/;
const TIME_SHIFT = /^([+-]?)(\d[^\t-\r ]*?:[^]*)$/;
const UNIT_SHIFT = /^([^\t-\r :]+)[\t-\r ]+([a-z]{3,10})$/;

function shift(text: string, moment: Moment): boolean {
  const dated = DATE_SHIFT.exec(text);
  if (dated !== null) return shiftDate(dated, moment);
  const timed = TIME_SHIFT.exec(text);
  if (timed !== null) return shiftTime(timed[2]!, timed[1] === "-", moment);
  const [, count, unit] = UNIT_SHIFT.exec(text) ?? [];
  return count !== undefined && unit !== undefined && shiftUnits(count, unit, moment);
}

/** Brings the month back into 1 … 12. */
function carryMonths(moment: Moment): void {
  const years = Math.trunc((moment.month > 0 ? moment.month - 1 : moment.month - 12) / 12);
  moment.year += years;
  moment.month -= years * 12;
}

function shiftDate([, sign, years, months, days, time]: RegExpExecArray, moment: Moment): boolean {
  if (Number(years) > 14712 || Number(months) >= 12 || Number(days) >= 31) return false;
  const direction = sign === "-" ? -1 : 1;
  computeCalendar(moment);
  moment.hasJd = false;
  moment.year += direction * Number(years);
  moment.month += direction * Number(months);
  carryMonths(moment);
  computeJd(moment);
  moment.hasTime = false;
  moment.hasDate = false;
  moment.jd += direction * Number(days) * DAY;
  return time === undefined || shiftTime(time, sign === "-", moment);
}

function shiftTime(text: string, backwards: boolean, moment: Moment): boolean {
  const distance = emptyMoment();
  if (!parseTime(text, distance)) return false;
  computeJd(distance);
  const milliseconds = (distance.jd - DAY / 2) % DAY;
  computeJd(moment);
  forgetCalendar(moment);
  moment.jd += backwards ? -milliseconds : milliseconds;
  return true;
}

/** Seconds per unit and the numbers that are too large, which SQLite keeps as floats. */
const UNITS: Readonly<Record<string, { readonly seconds: number; readonly limit: number }>> = {
  second: { seconds: 1, limit: Math.fround(4.6427e14) },
  minute: { seconds: 60, limit: Math.fround(7.7379e12) },
  hour: { seconds: 3600, limit: Math.fround(1.2897e11) },
  day: { seconds: 86_400, limit: 5373485 },
  month: { seconds: 2_592_000, limit: 176546 },
  year: { seconds: 31_536_000, limit: 14713 },
};

function shiftUnits(written: string, name: string, moment: Moment): boolean {
  const number = wholeNumber(written);
  const singular = name.endsWith("s") ? name.slice(0, -1) : name;
  const unit = UNITS[singular];
  if (number === null || unit === undefined) return false;
  let count = Number(number);
  if (!(Math.abs(count) < unit.limit)) return false;
  const rounder = count < 0 ? -0.5 : 0.5;
  computeJd(moment);
  if (singular === "month" || singular === "year") {
    computeCalendar(moment);
    const whole = Math.trunc(count);
    if (singular === "year") moment.year += whole;
    else {
      moment.month += whole;
      carryMonths(moment);
    }
    moment.hasJd = false;
    count -= whole;
  }
  computeJd(moment);
  moment.jd += Math.trunc(count * 1000 * unit.seconds + rounder);
  forgetCalendar(moment);
  return true;
}

/** Ends the work on a moment: only `jd` is sure to be valid. Whether it lies within SQLite's range. */
export function settle(moment: Moment): boolean {
  computeJd(moment);
  return !moment.failed && isValidJd(moment.jd);
}
