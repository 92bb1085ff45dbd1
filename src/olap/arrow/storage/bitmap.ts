/** Whether a bit is set; bits are counted from the least significant one of each byte, as in Arrow. */
export function hasBit(bits: Uint8Array, position: number): boolean {
  return (bits[position >> 3]! & (1 << (position & 7))) !== 0;
}

/** Bytes that hold so many bits. */
export function bitmapBytes(bitCount: number): number {
  return (bitCount + 7) >>> 3;
}

export function setBit(bits: Uint8Array, position: number): void {
  bits[position >> 3]! |= 1 << (position & 7);
}

export function clearBit(bits: Uint8Array, position: number): void {
  bits[position >> 3]! &= ~(1 << (position & 7));
}

/** Sets the bits from `from` to `to` (excluded). */
export function setBits(bits: Uint8Array, from: number, to: number): void {
  while (from < to && (from & 7) !== 0) setBit(bits, from++);
  bits.fill(0xff, from >> 3, Math.max(from, to) >> 3);
  from = Math.max(from, to & ~7);
  while (from < to) setBit(bits, from++);
}

/** Positions from `from` to `to` (excluded) whose bit is not set, in order; all of them for `null`. */
export function clearPositions(bits: Uint8Array | null, to: number, from = 0): Int32Array {
  const positions = new Int32Array(to - from);
  if (bits === null) {
    for (let row = 0; row < positions.length; row++) positions[row] = from + row;
    return positions;
  }
  let length = 0;
  for (let position = from; position < to; position++) {
    if ((bits[position >> 3]! & (1 << (position & 7))) === 0) positions[length++] = position;
  }
  return positions.subarray(0, length);
}
