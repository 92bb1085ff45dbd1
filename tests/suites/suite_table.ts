import type { Random } from "../fuzz/random.ts";

/** A value of a generated row; whole numbers in a REAL column are stored as REAL by SQLite. */
export type Value = number | string | null;

export type Row = Readonly<Record<string, Value>>;

/** Rows of the tables made before, by table. */
export type MadeTables = ReadonlyMap<string, readonly Row[]>;

/** A table of a suite. Each row has all columns, in the same order. */
export interface SuiteTable {
  readonly name: string;
  /** Columns of a PRIMARY KEY clause, when no column's type names the key. */
  readonly primaryKey: readonly string[];
  typeOf(column: string): string;
  /** @param scale Multiplies the rows of fact tables. */
  rows(random: Random, made: MadeTables, scale: number): readonly Row[];
}

/** A benchmark: a schema with generated rows, for the statements of `<name>.jsonl`. */
export interface Suite {
  readonly name: string;
  /** Each after those its rows depend on. */
  readonly tables: readonly SuiteTable[];
  /** Without them SQLite takes minutes. */
  readonly indexes: readonly string[];
}

/** How one column of a table is filled: `row` counts from 1, `values` holds the columns before it. */
export interface Field {
  readonly type: "INTEGER PRIMARY KEY" | "INTEGER" | "REAL" | "TEXT";
  value(context: { readonly row: number; readonly random: Random; readonly values: Row }): Value;
}

/**
 * A table whose columns are filled one by one.
 *
 * @param count Rows, or rows by scale.
 */
export function table(
  name: string,
  count: number | ((scale: number) => number),
  fields: Readonly<Record<string, Field>>,
  primaryKey: readonly string[] = [],
): SuiteTable {
  const entries = Object.entries(fields);
  return {
    name,
    primaryKey,
    typeOf: (column) => fields[column]!.type,
    rows: (random, _, scale) =>
      Array.from({ length: typeof count === "number" ? count : count(scale) }, (_, at) => {
        const values: Record<string, Value> = {};
        for (const [column, field] of entries) values[column] = field.value({ row: at + 1, random, values });
        return values;
      }),
  };
}

/** The number of the row, from `first` on. */
export function key(first = 1): Field {
  return { type: "INTEGER PRIMARY KEY", value: ({ row }) => row + first - 1 };
}

export function int(low: number, high: number): Field {
  return { type: "INTEGER", value: ({ random }) => random.int(low, high) };
}

/** An amount with two decimals. */
export function money(low: number, high: number): Field {
  return { type: "REAL", value: ({ random }) => random.int(low * 100, high * 100) / 100 };
}

export function pick(...items: readonly string[]): Field {
  return { type: "TEXT", value: ({ random }) => random.pick(items) };
}

export function pickNumber(type: "INTEGER" | "REAL", ...items: readonly number[]): Field {
  return { type, value: ({ random }) => random.pick(items) };
}

/** `hot` values, which queries ask for, with a given probability. */
export function often(probability: number, hot: Field, other: Field): Field {
  return { type: other.type, value: (context) => (context.random.chance(probability) ? hot : other).value(context) };
}

/** NULL with a probability, 4 % unless told. */
export function nullable(field: Field, probability = 0.04): Field {
  return { type: field.type, value: (context) => (context.random.chance(probability) ? null : field.value(context)) };
}

/** A text made of the row's number and of columns before it. */
export function text(make: (row: number, values: Row, random: Random) => string): Field {
  return { type: "TEXT", value: ({ row, values, random }) => make(row, values, random) };
}

export function number(type: "INTEGER" | "REAL", make: (row: number, values: Row, random: Random) => Value): Field {
  return { type, value: ({ row, values, random }) => make(row, values, random) };
}

const WORDS =
  "ability able about above account across action activity actually address admit agree air allow almost alone among answer area arm art ask attack author"
    .split(" ");

/** A few words. */
export function words(count: number): Field {
  return text((_, __, random) => Array.from({ length: random.int(1, count) }, () => random.pick(WORDS)).join(" "));
}

/** Sixteen letters that tell rows apart, the same for `versions` rows in a row, as the benchmark's business keys are. */
export function businessKey(versions = 1): Field {
  return text((row) => businessKeyOf(Math.ceil(row / versions)));
}

function businessKeyOf(row: number): string {
  let letters = "";
  for (let rest = row; letters.length < 8; rest = Math.floor(rest / 16)) letters += String.fromCharCode(65 + rest % 16);
  return `AAAAAAAA${letters}`;
}
