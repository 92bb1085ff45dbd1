/** Digits SQLite's shell and `CAST(x AS TEXT)` show of a REAL (`%!.15g`). */
const SHELL_DIGITS = 15;

/**
 * A REAL as SQLite's shell prints it: 15 significant digits, always with a decimal point. For people to read; two different
 * values may look alike. Rounded correctly, which SQLite's own conversion misses in the last digit for one value in about 60,000.
 */
export function realShellText(value: number): string {
  if (!Number.isFinite(value)) return notFiniteText(value);
  if (value === 0) return "0.0";
  const sign = value < 0 ? "-" : "";
  const [mantissa, power10] = Math.abs(value).toExponential(SHELL_DIGITS - 1).split("e") as [string, string];
  const exponent = Number(power10);
  const digits = mantissa.replace(".", "").replace(/0+$/, "");
  if (exponent < -4 || exponent >= SHELL_DIGITS) {
    const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
    return `${sign}${digits[0]}.${digits.slice(1) || "0"}e${power}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/**
 * The shortest text that reads back as the same REAL, recognisable as one by its point or exponent: `1.0`, `0.1`, `1e+21`.
 * For data other programs read.
 */
export function realExactText(value: number): string {
  if (!Number.isFinite(value)) return notFiniteText(value);
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** As SQLite's shell names them. NaN cannot be stored in SQLite: it becomes NULL. */
function notFiniteText(value: number): string {
  return value > 0 ? "Inf" : "-Inf";
}
