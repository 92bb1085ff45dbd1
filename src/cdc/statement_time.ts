/** The moment 1970 began, as Julian days in µs. */
const EPOCH_MICROS = 210866760000000000n;

/** What SQLite's clock tells, in µs: it counts ms. */
const CLOCK_STEP = 1000;

/** Values of the digits below ms, but for 0. */
const PLACES = CLOCK_STEP - 1;

/** Function of SQLite's that counts the changes a connection made. A trigger that calls it where it logs tells statements apart. */
export const CHANGE_COUNT = "total_changes";

/** The clock in µs of Julian days, the same all through a statement; works in SQLite of any age. */
const CLOCK = `CAST(julianday('now') * 86400000.0 + 0.5 AS INTEGER) * ${CLOCK_STEP}`;

/** When a statement runs, in µs since 1970 as exact as SQLite's clock. */
export const STATEMENT_TIME = `${CLOCK} - ${EPOCH_MICROS}`;

/**
 * The same, with a place from 1 in the digits below the clock's, by which statements of one moment are told apart: how many changes the
 * connection had made. Where a statement changes nothing but its rows and the log, each row logged adds one to that count as it adds
 * one to `seq`, and what the statement changed itself is added when it ends.
 */
export const TOLD_STATEMENT_TIME = toldStatementTime(`${CHANGE_COUNT}()`);

/**
 * {@linkcode TOLD_STATEMENT_TIME} where a statement also changes something that is neither its rows nor the log.
 *
 * @param shift SQL, without commas, of an INTEGER, or a sum of some, that each such change makes {@linkcode afterUncounted}.
 */
export function shiftedStatementTime(shift: string): string {
  return toldStatementTime(`(${CHANGE_COUNT}() + ${shift})`);
}

/** What a shift, which begins with 0, is after one more change that does not count: less by one among places, and never negative. */
export function afterUncounted(shift: string): string {
  return `(${shift} + ${PLACES - 1}) % ${PLACES}`;
}

function toldStatementTime(count: string): string {
  return `${CLOCK} - ${EPOCH_MICROS - 1n} + ${count} % ${PLACES}`;
}

/** A log row's number and time. */
export interface LoggedTime {
  readonly seq: number;
  /** What {@linkcode STATEMENT_TIME} or {@linkcode TOLD_STATEMENT_TIME} gave. */
  readonly at: number;
}

/** The moment a time tells of, in µs since 1970. */
export function momentOf(at: number): number {
  return at - at % CLOCK_STEP;
}

/**
 * Whether a row is taken for another of the statement that logged the row before: rows of one moment are, unless their places say
 * otherwise. Two statements are taken for one if a multiple of {@linkcode PLACES} changes, or another connection, lie between them in
 * the same millisecond.
 */
export function isSameStatement(before: LoggedTime, row: LoggedTime): boolean {
  if (momentOf(before.at) !== momentOf(row.at)) return false;
  const [placeBefore, place] = [before.at % CLOCK_STEP, row.at % CLOCK_STEP];
  if (placeBefore === 0 || place === 0) return placeBefore === place;
  return (place - placeBefore - (row.seq - before.seq)) % PLACES === 0;
}

/** Where the text of a time ends, in the tokens of a statement that holds one after the place given; `-1` if none does. */
export function endOfTime(tokens: readonly { readonly text: string }[], from: number): number {
  const epoch = tokens.findIndex(({ text }, at) =>
    at > from && (text === `${EPOCH_MICROS}` || text === `${EPOCH_MICROS - 1n}`)
  );
  return epoch < 0 ? -1 : tokens.findIndex(({ text }, at) => at > epoch && text === ",");
}
