import type { ExactValue } from "../../../../types/mod.ts";
import { RuntimeDecline } from "../../../olap_backend.ts";
import { integerOf, realOf, textOf } from "../cast.ts";
import { textFromBytes, utf8Bytes } from "../text_bytes.ts";
import { formatReal } from "./format_real.ts";
import type { FunctionTable } from "./function_table.ts";

/** A `%…` of a format: flags, width, precision (`null` where none is written), conversion letter. */
interface Directive {
  readonly kind: "directive";
  readonly flags: string;
  readonly width: number | "argument";
  readonly precision: number | "argument" | null;
  readonly conversion: string;
}

type Piece = { readonly kind: "text"; readonly text: string } | Directive;

const DIRECTIVE = /%([-+ #!0,]*)(\*|[1-9]\d*)?(?:\.(\*|\d*))?l{0,2}([^]?)/gy;

/** Wider results are not worth making here. */
const WIDTH_MAX = 100_000;

function numberIn(written: string): number | "argument" {
  return written === "*" ? "argument" : Number(written);
}

/** The pieces of a format, up to the first directive that SQLite does not know: there it stops. */
function parseFormat(format: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let position = 0;
  while (position < format.length) {
    const percent = format.indexOf("%", position);
    const end = percent < 0 ? format.length : percent;
    if (end > position) pieces.push({ kind: "text", text: format.slice(position, end) });
    if (percent < 0) break;
    if (percent === format.length - 1) {
      pieces.push({ kind: "text", text: "%" });
      break;
    }
    DIRECTIVE.lastIndex = percent;
    const [, flags = "", width = "0", precision, conversion = ""] = DIRECTIVE.exec(format)!;
    if (conversion === "" || !"dsgzqQwcouxXfeEGin%pr".includes(conversion)) break;
    pieces.push({
      kind: "directive",
      flags,
      width: numberIn(width),
      precision: precision === undefined ? null : numberIn(precision),
      conversion,
    });
    position = DIRECTIVE.lastIndex;
  }
  return pieces;
}

/** Hands out a call's arguments in order; those missing are NULL. */
class Arguments {
  readonly #values: readonly ExactValue[];
  #next = 0;

  constructor(values: readonly ExactValue[]) {
    this.#values = values;
  }

  #take(): ExactValue {
    return this.#values[this.#next++] ?? null;
  }

  integer(): bigint {
    const value = this.#take();
    return value === null ? 0n : integerOf(value);
  }

  real(): number {
    const value = this.#take();
    return value === null ? 0 : realOf(value);
  }

  text(): string | null {
    const value = this.#take();
    return value === null ? null : textOf(value);
  }

  /** A width or precision. */
  size(written: number | "argument"): number {
    return written === "argument" ? Number(BigInt.asIntN(32, this.integer())) : written;
  }
}

/** A directive with its width and precision known. */
interface Field {
  readonly directive: Directive;
  readonly left: boolean;
  readonly width: number;
  /** -1 where none is given. */
  readonly precision: number;
}

const has = ({ directive }: Field, flag: string): boolean => directive.flags.includes(flag);

/** The sign shown before numbers that are not negative: the last flag wins. */
function plusOf({ directive }: Field): "" | "+" | " " {
  const flag = directive.flags.replaceAll(/[^+ ]/g, "").at(-1);
  return flag === "+" || flag === " " ? flag : "";
}

function fieldOf(directive: Directive, args: Arguments): Field {
  const width = args.size(directive.width);
  const precision = directive.precision === null ? -1 : Math.abs(args.size(directive.precision));
  if (Math.abs(width) > WIDTH_MAX || precision > WIDTH_MAX) {
    throw new RuntimeDecline("printf() of more than 100,000 characters");
  }
  return { directive, left: directive.flags.includes("-") || width < 0, width: Math.abs(width), precision };
}

function print(field: Field, args: Arguments): string {
  const { conversion } = field.directive;
  switch (conversion) {
    case "d":
    case "i":
    case "r":
      return pad(printInteger(field, args.integer()), field, false);
    case "u":
    case "o":
    case "x":
    case "X":
    case "p":
      return pad(printInteger(field, BigInt.asUintN(64, args.integer())), field, false);
    case "f":
    case "e":
    case "E":
    case "g":
    case "G":
      return pad(printReal(field, args.real()), field, false);
    case "n":
      return "";
    case "%":
      return pad("%", field, false);
    case "c":
      return pad(printCharacter(field, args.text()), field, true);
    case "s":
    case "z":
      return pad(cut(args.text() ?? "", field), field, has(field, "!"));
    default:
      return pad(printQuoted(field, args.text()), field, has(field, "!"));
  }
}

/** Fills up with spaces. The width counts bytes unless `byCharacter`. */
function pad(text: string, { width, left }: Field, byCharacter: boolean): string {
  if (width === 0) return text;
  const size = byCharacter ? [...text].length : utf8Bytes(text).length;
  const spaces = " ".repeat(Math.max(width - size, 0));
  return left ? text + spaces : spaces + text;
}

const RADIX: Readonly<
  Record<string, { readonly radix: number; readonly upperCase: boolean; readonly prefix: string }>
> = {
  o: { radix: 8, upperCase: false, prefix: "0" },
  x: { radix: 16, upperCase: false, prefix: "0x" },
  X: { radix: 16, upperCase: true, prefix: "0X" },
  p: { radix: 16, upperCase: true, prefix: "0x" },
};

function printInteger(field: Field, value: bigint): string {
  const { conversion } = field.directive;
  const form = RADIX[conversion];
  const signed = "dir".includes(conversion);
  const sign = !signed ? "" : value < 0n ? "-" : plusOf(field);
  const magnitude = value < 0n ? -value : value;
  let digits = magnitude.toString(form?.radix ?? 10);
  if (form?.upperCase === true) digits = digits.toUpperCase();
  if (conversion === "r") digits += ordinalSuffix(magnitude);
  const zeros = has(field, "0") ? Math.max(field.precision, field.width - sign.length) : field.precision;
  digits = digits.padStart(zeros, "0");
  if (has(field, ",") && form === undefined && conversion !== "r") {
    digits = digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
  }
  return sign + (has(field, "#") && magnitude !== 0n ? form?.prefix ?? "" : "") + digits;
}

function ordinalSuffix(value: bigint): string {
  const last = Number(value % 10n);
  if ((value / 10n) % 10n === 1n) return "th";
  return ["th", "st", "nd", "rd"][last] ?? "th";
}

function printReal(field: Field, value: number): string {
  const { conversion } = field.directive;
  const style = conversion.toLowerCase() as "f" | "e" | "g";
  const fillsZeros = has(field, "0");
  return formatReal(value, {
    style,
    upperCase: conversion !== conversion.toLowerCase(),
    precision: field.precision < 0 ? 6 : field.precision,
    plus: plusOf(field),
    alternate: has(field, "#"),
    full: has(field, "!"),
    thousands: has(field, ","),
    zeroWidth: fillsZeros && !field.left ? field.width : 0,
  }, fillsZeros);
}

/** The first character, as often as the precision says. */
function printCharacter(field: Field, text: string | null): string {
  const [character] = text ?? "";
  if (character === undefined) throw new RuntimeDecline("printf() of a character of no text");
  return character.repeat(Math.max(field.precision, 1));
}

/** A text cut to the precision, in bytes or with the flag `!` in characters. */
function cut(text: string, field: Field): string {
  const { precision } = field;
  if (precision < 0) return text;
  if (has(field, "!")) return [...text].slice(0, precision).join("");
  return textFromBytes(utf8Bytes(text).subarray(0, precision));
}

function printQuoted(field: Field, text: string | null): string {
  const { conversion } = field.directive;
  if (text === null) return cut(conversion === "Q" ? "NULL" : "(NULL)", field);
  const quote = conversion === "w" ? '"' : "'";
  const doubled = cut(text, field).replaceAll(quote, quote + quote);
  return conversion === "Q" ? `'${doubled}'` : doubled;
}

/** The last format parsed; most calls repeat it. */
let lastFormat = "";
let lastPieces: readonly Piece[] = [];

/** A format without anything to print gives NULL. */
function printf([format = null, ...values]: readonly ExactValue[]): ExactValue {
  if (format === null) return null;
  const text = textOf(format);
  if (text !== lastFormat) {
    lastPieces = parseFormat(text);
    lastFormat = text;
  }
  if (lastPieces.length === 0) return null;
  const args = new Arguments(values);
  const printed = lastPieces.map((piece) => piece.kind === "text" ? piece.text : print(fieldOf(piece, args), args));
  return printed.join("");
}

/** Formatting functions. */
export const PRINTF_FUNCTIONS: FunctionTable = {
  format: { arity: [0, 127], call: printf },
  printf: { arity: [0, 127], call: printf },
};
