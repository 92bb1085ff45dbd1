/** Keeps a leading U+FEFF: it is part of the value. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes decoded in one go: bounds the memory of strings that slices hold on to. */
const BLOCK_BYTES = 1 << 16;

/** The texts `from` to `to` (excluded) of a run of strings in Arrow's layout. Blocks are decoded at once: ten times as fast as each. */
export function decodeTexts(offsets: Int32Array, bytes: Uint8Array, from: number, to: number): string[] {
  const texts: string[] = [];
  while (from < to) {
    let end = from + 1;
    while (end < to && offsets[end + 1]! - offsets[from]! <= BLOCK_BYTES) end++;
    decodeBlock(offsets, bytes, from, end, texts);
    from = end;
  }
  return texts;
}

function decodeBlock(offsets: Int32Array, bytes: Uint8Array, from: number, to: number, texts: string[]): void {
  const start = offsets[from]!;
  const block = decoder.decode(bytes.subarray(start, offsets[to]!));
  const ascii = block.length === offsets[to]! - start;
  let unit = 0;
  for (let index = from; index < to; index++) {
    const end = ascii ? offsets[index + 1]! - start : unit + utf16Length(bytes, offsets[index]!, offsets[index + 1]!);
    texts.push(block.slice(unit, end));
    unit = end;
  }
}

/** UTF-16 units of valid UTF-8: one per character, two for those of four bytes. */
function utf16Length(bytes: Uint8Array, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if ((byte & 0xc0) !== 0x80) length += byte >= 0xf0 ? 2 : 1;
  }
  return length;
}
