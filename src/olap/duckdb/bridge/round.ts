import { bind } from "./bind.ts";
import { toDouble, withoutBoolean } from "./coercions.ts";
import { decline, runtimeDecline, type SqlValue, value } from "./sql_value.ts";

/** Beyond this a double has no fraction: SQLite returns it as it is. */
const NO_FRACTION = "4503599627370496e0";

/**
 * SQLite's round(): to an integer by adding half and truncating; to more digits through the exact decimal expansion, halves away
 * from zero. printf() rounds the exact expansion too, but halves to even: a double is such a half exactly if shifted by one binary
 * digit more than the decimals it is an odd integer.
 */
export function roundSql(argument: SqlValue, digits: SqlValue | undefined): SqlValue {
  const plain = withoutBoolean(argument);
  if (plain.rep === "text" || plain.rep === "blob") return decline("type", `round() of ${plain.rep}`);
  const x = toDouble(plain);
  const { nan } = plain;
  const constant = digits === undefined ? 0n : digits.constant?.value;
  if (typeof constant !== "bigint") {
    return decline("type", "round() to a number of digits that is not a constant integer");
  }
  if (plain.rep === "integer") return value("real", x);
  if (constant > 15n) return decline("type", "round() to more than 15 digits");
  return value("real", bind(x, (bound) => rounded(bound, Number(constant))), { nan });
}

function rounded(x: string, digits: number): string {
  const large = `(${x} < -${NO_FRACTION} OR ${x} > ${NO_FRACTION})`;
  if (digits <= 0) {
    const nearest = `trunc(${x} + (CASE WHEN ${x} < 0e0 THEN -0.5e0 ELSE 0.5e0 END))`;
    return `(CASE WHEN ${large} THEN ${x} ELSE ${nearest} END)`;
  }
  const { isTie, awayFromZero } = tieAt(x, digits);
  // From 16 digits on SQLite's decimal expansion is no longer the exact one.
  const tooLong = `WHEN abs(${x}) >= 1e${15 - digits} THEN ${
    runtimeDecline("round() of a number of more than 16 digits")
  }`;
  const nearest = `CAST(printf('%.${digits}f', ${x}) AS DOUBLE)`;
  return `(CASE WHEN ${x} IS NULL OR ${large} THEN ${x} ${tooLong} WHEN ${isTie} THEN ${awayFromZero} ELSE ${nearest} END)`;
}

/** Whether a double lies exactly between two decimals of so many digits, and the one SQLite takes then. */
function tieAt(x: string, digits: number): { readonly isTie: string; readonly awayFromZero: string } {
  const scale = `1e${digits}`;
  const halves = `(${x} * ${2 ** (digits + 1)}e0)`;
  return {
    isTie: `(${halves} = trunc(${halves}) AND (${halves} % 2e0) <> 0e0)`,
    awayFromZero: `(sign(${x}) * floor(abs(${x}) * ${scale} + 0.5e0) / ${scale})`,
  };
}

/** A double as decimal text with a fixed number of digits, 1 to 9, as SQLite's printf() writes it: it knows 16 digits in all. */
export function fixedText(sql: string, digits: number): string {
  const failure = runtimeDecline("a number of more than 16 digits in printf()");
  return bind(sql, (x) => {
    const { isTie, awayFromZero } = tieAt(x, digits);
    return `(CASE WHEN abs(${x}) >= 1e${15 - digits} THEN ${failure} ` +
      `ELSE printf('%.${digits}f', CASE WHEN ${isTie} THEN ${awayFromZero} ELSE ${x} END) END)`;
  });
}
