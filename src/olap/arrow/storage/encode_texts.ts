import type { ColumnVector, Utf8Texts } from "../../../types/mod.ts";

/** UTF-16 units of texts that are encoded in one go: bounds the scratch memory. */
const JOINED_LENGTH = 1 << 20;
/** Scratch memory kept between calls, in bytes; a single text may need more. */
const SCRATCH_BYTES_MAX = 16 << 20;
/** Between two texts: keeps halves of characters apart that would meet. */
const SEPARATOR = "\x1f";

const encoder = new TextEncoder();
let scratch = new Uint8Array(1 << 16);

/** Texts in UTF-8, `rowCount` of them. */
export interface EncodedTexts extends Utf8Texts {
  readonly rowCount: number;
}

/**
 * The first `count` texts of a vector in UTF-8, in parts. What did not come that way is joined and encoded in one go, several times as
 * fast as one by one (bench/olap_apply.ts). A part is good until the next one.
 */
export function* encodedTexts(
  vector: Omit<Extract<ColumnVector, { class: "text" }>, "class">,
  count: number,
): Generator<EncodedTexts, void, undefined> {
  if (vector.utf8 !== undefined) {
    yield { ...vector.utf8, rowCount: count };
    return;
  }
  const { data } = vector; // not read before: it may be made only then
  for (let from = 0; from < count;) {
    let to = from;
    let length = 0;
    do length += data[to++]?.length ?? 0; while (to < count && length < JOINED_LENGTH);
    yield encode(data.slice(from, to), length);
    from = to;
  }
  if (scratch.length > SCRATCH_BYTES_MAX) scratch = new Uint8Array(1 << 16);
}

/** Where a text begins. */
export function startOf(ends: Uint32Array, row: number): number {
  return row === 0 ? 0 : ends[row - 1]! + 1;
}

function encode(texts: readonly (string | null)[], length: number): EncodedTexts {
  const rowCount = texts.length;
  const bytesMax = length * 3 + rowCount;
  if (scratch.length < bytesMax) scratch = new Uint8Array(bytesMax);
  // join() takes null for an empty string.
  const { written } = encoder.encodeInto(texts.join(SEPARATOR), scratch);
  const isAscii = written === length + rowCount - 1;
  const ends = new Uint32Array(rowCount);
  let nulls: Uint8Array | null = null;
  for (let row = 0, start = 0; row < rowCount; row++) {
    const text = texts[row] ?? null;
    if (text === null) (nulls ??= new Uint8Array(rowCount))[row] = 1;
    ends[row] = text === null ? start : start + (isAscii ? text.length : utf8Length(text));
    start = ends[row]! + 1;
  }
  return { bytes: scratch.subarray(0, written), ends, nulls, rowCount };
}

/** Bytes of a text in UTF-8; a lone surrogate counts as the replacement character it is encoded as. */
function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    length++;
    if (unit < 0x800) continue;
    const isPair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    // Four bytes for two units, or three for one.
    length++;
    if (isPair) at++;
  }
  return length;
}
