import { invariant } from "../errors/mod.ts";
import { type ExactValue, UndecodableText } from "../types/mod.ts";

/** Values whose types one integer tells: a `number` holds them. */
const TYPES_PER_MASK = 50;

/** Makes a value of a text's bytes, which are in the database's encoding if they are a text at all. */
export type TextOf<T> = (bytes: Uint8Array<ArrayBuffer>) => T;

/**
 * What to SELECT to read values exactly whatever their texts hold: the driver cuts a text at a NUL, and cannot take bytes that are not
 * UTF-8. Texts come as blobs, and behind all values stand masks that tell which of the blobs are texts.
 *
 * @param values Expressions, each of which is evaluated several times.
 */
export function exactExpressions(values: readonly string[]): string[] {
  const masks: string[] = [];
  for (let start = 0; start < values.length; start += TYPES_PER_MASK) {
    const part = values.slice(start, start + TYPES_PER_MASK);
    masks.push(part.map((value, at) => `((typeof(${value}) = 'text') << ${at})`).join(" | "));
  }
  const bytes = values.map((value) =>
    `CASE typeof(${value}) WHEN 'text' THEN CAST(${value} AS BLOB) ELSE ${value} END`
  );
  return [...bytes, ...masks];
}

/** All values of a row of {@linkcode exactExpressions}. */
export function exactValues<T>(row: readonly ExactValue[], textOf: TextOf<T>): (ExactValue | T)[] {
  return Array.from({ length: widthOf(row.length) }, (_, place) => exactValue(row, place, 0, textOf));
}

/** The value at a place of a row that ends with {@linkcode exactExpressions}, which begin at a column. */
export function exactValue<T>(
  row: readonly ExactValue[],
  place: number,
  firstColumn: number,
  textOf: TextOf<T>,
): ExactValue | T {
  const value = row[firstColumn + place];
  invariant(value !== undefined, "a row holds all the values that were asked for");
  if (!(value instanceof Uint8Array)) return value;
  const width = widthOf(row.length - firstColumn);
  const mask = Number(row[firstColumn + width + Math.floor(place / TYPES_PER_MASK)]);
  const isText = Math.floor(mask / 2 ** (place % TYPES_PER_MASK)) % 2 === 1;
  return isText ? textOf(value as Uint8Array<ArrayBuffer>) : value;
}

/** Values among so many columns of values and masks. */
function widthOf(columns: number): number {
  return columns - Math.ceil(columns / (TYPES_PER_MASK + 1));
}

/** The text that bytes are, or the bytes where they are none; the decoder has to be `fatal`. */
export function exactText(bytes: Uint8Array<ArrayBuffer>, decoder: TextDecoder): string | UndecodableText {
  try {
    return decoder.decode(bytes);
  } catch {
    // Nothing else fails here than bytes that are no text.
    return new UndecodableText(bytes);
  }
}
