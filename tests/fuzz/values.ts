import type { ExactValue } from "../../src/types/mod.ts";
import type { Random } from "./random.ts";

/**
 * What a column holds, finer than a type: the generator writes sensible expressions over flavours, and each flavour aims at a
 * place where two engines may disagree.
 */
export type Flavour =
  /** Small repeating integers, good for keys of joins and groups. */
  | "smallInteger"
  | "integer"
  /** Around ±2^31, ±2^53 and ±2^63. */
  | "hugeInteger"
  | "flag"
  | "money"
  | "real"
  /** Signed zero, infinities, the largest and smallest doubles. */
  | "extremeReal"
  /** Integers and reals side by side in a NUMERIC column. */
  | "number"
  | "category"
  | "freeText"
  | "numericText"
  | "date"
  | "timestamp"
  /** Texts that date functions accept, nearly accept, or refuse. */
  | "oddDate"
  | "blob"
  /** Values of several storage classes in one column. */
  | "mixed";

/** What an expression gives; flavours of one kind may be compared and combined without conversion. */
export type Kind = "integer" | "real" | "text" | "date" | "blob" | "mixed";

const KIND_OF: Readonly<Record<Flavour, Kind>> = {
  smallInteger: "integer",
  integer: "integer",
  hugeInteger: "integer",
  flag: "integer",
  money: "real",
  real: "real",
  extremeReal: "real",
  number: "real",
  category: "text",
  freeText: "text",
  numericText: "text",
  date: "date",
  timestamp: "date",
  oddDate: "date",
  blob: "blob",
  mixed: "mixed",
};

export function kindOf(flavour: Flavour): Kind {
  return KIND_OF[flavour];
}

const CATEGORIES = ["red", "green", "blue", "Red", "BLUE", "dark red", "none", "ocean"];

const WORDS = [
  "",
  " ",
  "a",
  "A",
  "abc",
  "ABC",
  "aBc",
  "ab%c",
  "a_c",
  "it's",
  '"q"',
  "x\ny",
  "tab\there",
  "  padded ",
  "z".repeat(40),
  "é",
  "É",
  "e\u0301",
  "ß",
  "straße",
  "日本語",
  "😀",
  "a😀b",
  "👩‍👩‍👧",
  "\u{10ffff}",
  "\ue000",
  "İi",
  "ﬁ",
  "[a]",
  "*",
  "?",
  "\\",
  "null",
  "0",
];

const NUMERIC_TEXTS = [
  "12",
  " 3",
  "3 ",
  "1e3",
  "0x1F",
  "-7",
  "+7",
  "007",
  "1.0",
  "1.50",
  ".5",
  "5.",
  "abc",
  "12abc",
  "",
  "-",
  "1e400",
  "9223372036854775807",
  "9223372036854775808",
  "9007199254740993",
  "0.1",
  "-0",
  "1_000",
  "inf",
  "nan",
];

const HUGE = [31n, 32n, 53n, 62n].flatMap((bits) => [-1n, 0n, 1n].flatMap((d) => [(1n << bits) + d, -(1n << bits) + d]))
  .concat([(1n << 63n) - 1n, (1n << 63n) - 2n, -(1n << 63n), -(1n << 63n) + 1n]);

const EXTREMES = [
  0,
  -0,
  Infinity,
  -Infinity,
  1e308,
  -1e308,
  1.7976931348623157e308,
  5e-324,
  2.2250738585072014e-308,
  1e-10,
  9007199254740993,
  9223372036854775807,
  -9223372036854775808,
  1e19,
  0.1,
  1 / 3,
  123456789.123456789,
  1e15,
  1e16,
  123456789012345680,
  1e21,
];

const ODD_DATES = [
  "2020-01-01T10:20",
  "2020-01-01 10:20",
  "2020-01-01 10:20:30.123",
  "2020-01-01 10:20:30.9996",
  "10:20",
  "10:20:30.5",
  "2020-1-1",
  "2020-02-30",
  "2020-02-31 12:00",
  "2019-02-29",
  "2020-13-01",
  "2020-12-32",
  "2459000.5",
  "2020",
  "20200101",
  "2020-01-01Z",
  "2020-01-01 10:00Z",
  "2020-01-01 10:00+02:00",
  "2020-01-01 23:30-01:30",
  " 2020-01-01",
  "2020-01-01 ",
  "0000-01-01",
  "9999-12-31 23:59:59",
  "-0001-01-01",
  "2020-01-01 24:00",
  "2020-01-01 23:60",
  "",
  "abc",
];

/** A double of any bits but NaN's. */
function anyDouble(random: Random): number {
  const [value] = new Float64Array(Uint32Array.of(random.next(), random.next()).buffer);
  return Number.isNaN(value) ? 0.5 : value!;
}

/** A decimal number as text, up to twenty digits and an exponent. */
function decimalText(random: Random): string {
  const digits = Array.from({ length: random.int(1, 20) }, () => random.int(0, 9)).join("");
  const point = random.int(0, digits.length);
  const exponent = random.chance(0.4) ? `e${random.int(-30, 30)}` : "";
  return `${random.pick(["", "-", ""])}${digits.slice(0, point)}.${digits.slice(point)}${exponent}`;
}

/** Numbers that lie half way between two roundings, as decimals go. */
function halfWay(random: Random): number {
  return (random.int(-20_000, 20_000) * 10 + 5) / 10 ** random.int(1, 4);
}

function dateText(random: Random): string {
  const day = new Date(Date.UTC(random.int(2019, 2022), random.int(0, 11), random.pick([1, 2, 15, 28, 31])));
  return day.toISOString().slice(0, 10);
}

function timestampText(random: Random): string {
  const clock = [random.int(0, 23), random.int(0, 59), random.int(0, 59)].map((n) => String(n).padStart(2, "0"));
  return `${dateText(random)} ${clock.join(":")}`;
}

// ASCII only: a blob may end up as text, and the libsql binding aborts the process on text that is not UTF-8.
function blobValue(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.int(0, 5) }, () => random.pick([1, 32, 49, 65, 97, 127]));
}

function mixedValue(random: Random): ExactValue {
  return valueOf(
    random.pick<Flavour>(["smallInteger", "real", "freeText", "numericText", "blob", "hugeInteger"]),
    random,
  );
}

/** A value of the flavour; never NULL. */
export function valueOf(flavour: Flavour, random: Random): Exclude<ExactValue, null> {
  switch (flavour) {
    case "smallInteger":
      return BigInt(random.int(0, 12));
    case "integer":
      return BigInt(random.chance(0.5) ? random.int(-20, 100) : random.int(-10_000, 10_000));
    case "hugeInteger":
      return random.pick(HUGE);
    case "flag":
      return BigInt(random.int(0, 1));
    case "money":
      return random.int(-2_000, 99_999) / 100;
    case "real":
      return random.weighted<() => number>([
        [3, () => random.int(-50, 50) / 10],
        [2, () => halfWay(random)],
        [5, () => (random.float() - 0.5) * 10 ** random.int(-3, 9)],
      ])();
    case "extremeReal":
      return random.chance(0.7) ? random.pick(EXTREMES) : anyDouble(random);
    case "number":
      return random.chance(0.5) ? BigInt(random.int(-100, 1000)) : random.int(-10_000, 10_000) / 8 + 0.0625;
    case "category":
      return random.pick(CATEGORIES);
    case "freeText":
      return random.chance(0.7) ? random.pick(WORDS) : random.pick(WORDS) + random.pick(WORDS);
    case "numericText":
      return random.chance(0.75) ? random.pick(NUMERIC_TEXTS) : decimalText(random);
    case "date":
      return dateText(random);
    case "timestamp":
      return timestampText(random);
    case "oddDate":
      return random.pick(ODD_DATES);
    case "blob":
      return blobValue(random);
    case "mixed":
      return mixedValue(random)!;
  }
}

/** A value as an SQL literal that SQLite reads back exactly. */
export function literalOf(value: ExactValue): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === "number") return realLiteral(value);
  return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
}

function realLiteral(value: number): string {
  if (value === Infinity) return "9e999";
  if (value === -Infinity) return "-9e999";
  if (Object.is(value, -0)) return "-0.0";
  const digits = String(value);
  return /[.e]/.test(digits) ? digits.replace(/^(-?\d+)e/, "$1.0e") : `${digits}.0`;
}
