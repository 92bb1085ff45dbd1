import type { ExactValue } from "../../../../types/mod.ts";
import { RuntimeDecline } from "../../../olap_backend.ts";
import { textOf } from "../cast.ts";
import { lowerAscii } from "../compare.ts";
import { wholeNumber } from "../numeric_text.ts";
import { computeJd, DAY, emptyMoment, type Moment } from "./moment.ts";

const DATE = /^(-?)(\d{4})-(\d\d)-(\d\d)[\t-\r T]*/;
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?/;
const ZONE = /^[\t-\r ]*(?:([+-])(\d\d):(\d\d)|([zZ]))?[\t-\r ]*$/;

/** Reads `HH:MM`, `HH:MM:SS` or `HH:MM:SS.FFF`, perhaps with a time zone. */
export function parseTime(text: string, moment: Moment): boolean {
  const match = TIME.exec(text);
  if (match === null) return false;
  const [whole, hour, minute, second = "0", fraction = ""] = match;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 59) return false;
  const rest = text.slice(whole.length);
  const zone = rest.startsWith(":") ? null : ZONE.exec(rest);
  if (zone === null) return false;
  const [, sign, zoneHour = "0", zoneMinute = "0"] = zone;
  if (Number(zoneHour) > 14 || Number(zoneMinute) > 59) return false;
  moment.hasJd = false;
  moment.isRaw = false;
  moment.hasTime = true;
  moment.hour = Number(hour);
  moment.minute = Number(minute);
  moment.second = Number(second) + fractionOf(fraction);
  moment.offset = (sign === "-" ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute));
  moment.hasOffset = moment.offset !== 0;
  return true;
}

/** Adds up in doubles, with SQLite's roundings. */
function fractionOf(digits: string): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < digits.length; i++) {
    value = value * 10 + digits.charCodeAt(i) - 48;
    scale *= 10;
  }
  return value / scale;
}

function parseDate(text: string, moment: Moment): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [whole, sign, year, month, day] = match;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return false;
  const rest = text.slice(whole.length);
  if (rest === "") moment.hasTime = false;
  else if (!parseTime(rest, moment)) return false;
  moment.hasJd = false;
  moment.hasDate = true;
  moment.year = sign === "-" ? -Number(year) : Number(year);
  moment.month = Number(month);
  moment.day = Number(day);
  if (moment.hasOffset) computeJd(moment);
  return true;
}

function setNumber(moment: Moment, value: number): void {
  moment.second = value;
  moment.isRaw = true;
  if (value >= 0 && value < 5373484.5) {
    moment.jd = Math.trunc(value * DAY + 0.5);
    moment.hasJd = true;
  }
}

/** Times that change from call to call. */
const CLOCK = ["now", "subsec", "subsecond"];

/**
 * The moment a date function's first argument stands for, or `null` if none.
 *
 * @throws {RuntimeDecline} For the present time.
 */
export function parseMoment(value: ExactValue): Moment | null {
  const moment = emptyMoment();
  if (value === null) return null;
  if (typeof value === "bigint" || typeof value === "number") {
    setNumber(moment, Number(value));
    return moment;
  }
  const text = textOf(value);
  if (parseDate(text, moment) || parseTime(text, moment)) return moment;
  if (CLOCK.includes(lowerAscii(text))) throw new RuntimeDecline("a date function of the present time");
  const number = wholeNumber(text);
  if (number === null) return null;
  setNumber(moment, Number(number));
  return moment;
}
