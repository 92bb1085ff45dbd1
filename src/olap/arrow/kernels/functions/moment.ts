/** Milliseconds of a day. */
export const DAY = 86_400_000;

/** A point in time while a date function works on it. Which of its parts are valid changes with every step, as in SQLite. */
export interface Moment {
  /** Milliseconds since noon of -4713-11-24 (Julian day 0). */
  jd: number;
  hasJd: boolean;
  year: number;
  month: number;
  day: number;
  hasDate: boolean;
  hour: number;
  minute: number;
  /** With its fraction; the number itself while `isRaw`. */
  second: number;
  hasTime: boolean;
  /** Minutes ahead of UTC, still to be taken off. */
  offset: number;
  hasOffset: boolean;
  /** Came as a number: a Julian day, or with a modifier seconds since 1970. */
  isRaw: boolean;
  failed: boolean;
  /** Fractions of seconds are to be shown. */
  subseconds: boolean;
}

/** A moment of which nothing is known. */
export function emptyMoment(): Moment {
  return {
    jd: 0,
    hasJd: false,
    year: 0,
    month: 0,
    day: 0,
    hasDate: false,
    hour: 0,
    minute: 0,
    second: 0,
    hasTime: false,
    offset: 0,
    hasOffset: false,
    isRaw: false,
    failed: false,
    subseconds: false,
  };
}

function fail(moment: Moment): void {
  Object.assign(moment, emptyMoment(), { failed: true });
}

/** The last millisecond of 9999-12-31. */
const JD_MAX = 464_269_060_799_999;

export function isValidJd(jd: number): boolean {
  return jd >= 0 && jd <= JD_MAX;
}

/** Computes `jd` from date and time. Without a date, 2000-01-01. Days beyond a month's last run on into the next. */
export function computeJd(moment: Moment): void {
  if (moment.hasJd) return;
  let { year, month, day } = moment.hasDate ? moment : { year: 2000, month: 1, day: 1 };
  if (year < -4713 || year > 9999 || moment.isRaw) return fail(moment);
  if (month <= 2) [year, month] = [year - 1, month + 12];
  const century = Math.trunc(year / 100);
  const leap = 2 - century + Math.trunc(century / 4);
  const years = Math.trunc(36525 * (year + 4716) / 100);
  const months = Math.trunc(306001 * (month + 1) / 10000);
  moment.jd = Math.trunc((years + months + day + leap - 1524.5) * DAY);
  moment.hasJd = true;
  if (!moment.hasTime) return;
  moment.jd += moment.hour * 3_600_000 + moment.minute * 60_000 + Math.trunc(moment.second * 1000 + 0.5);
  if (!moment.hasOffset) return;
  moment.jd -= moment.offset * 60_000;
  forgetCalendar(moment);
}

/** Leaves only `jd`. */
export function forgetCalendar(moment: Moment): void {
  moment.hasDate = false;
  moment.hasTime = false;
  moment.hasOffset = false;
}

export function computeDate(moment: Moment): void {
  if (moment.hasDate) return;
  if (!moment.hasJd) {
    [moment.year, moment.month, moment.day] = [2000, 1, 1];
  } else if (!isValidJd(moment.jd)) {
    return fail(moment);
  } else {
    const z = Math.trunc((moment.jd + DAY / 2) / DAY);
    const alpha = Math.trunc((z - 1867216.25) / 36524.25);
    const a = z + 1 + alpha - Math.trunc(alpha / 4);
    const b = a + 1524;
    const c = Math.trunc((b - 122.1) / 365.25);
    const d = Math.trunc(36525 * (c & 32767) / 100);
    const e = Math.trunc((b - d) / 30.6001);
    moment.day = b - d - Math.trunc(30.6001 * e);
    moment.month = e < 14 ? e - 1 : e - 13;
    moment.year = moment.month > 2 ? c - 4716 : c - 4715;
  }
  moment.hasDate = true;
}

export function computeTime(moment: Moment): void {
  if (moment.hasTime) return;
  computeJd(moment);
  const milliseconds = (moment.jd + DAY / 2) % DAY;
  moment.second = (milliseconds % 60_000) / 1000;
  const minutes = Math.trunc(milliseconds / 60_000);
  moment.minute = minutes % 60;
  moment.hour = Math.trunc(minutes / 60);
  moment.isRaw = false;
  moment.hasTime = true;
}

export function computeCalendar(moment: Moment): void {
  computeDate(moment);
  computeTime(moment);
}
