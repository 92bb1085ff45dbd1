/**
 * Reads SQLite's variable-length integers: 7 bits a byte, the highest bit tells whether more follow, the ninth byte has 8. The 64
 * bits are given as two halves, because making a BigInt takes ten times as long.
 */
export class Varint {
  /** Upper half, signed. */
  high = 0;
  /** Lower half, signed. */
  low = 0;
  /** Where the next byte lies. */
  end = 0;

  /** A read beyond the end of `bytes` leaves `end` there. */
  read(bytes: Uint8Array, at: number): void {
    let high = 0;
    let low = 0;
    for (let i = 0; i < 8; i++) {
      const byte = bytes[at++]!;
      high = (high << 7) | (low >>> 25);
      low = (low << 7) | (byte & 0x7f);
      if (byte < 0x80) {
        this.high = high;
        this.low = low;
        this.end = at;
        return;
      }
    }
    this.high = (high << 8) | (low >>> 24);
    this.low = (low << 8) | bytes[at]!;
    this.end = at + 1;
  }

  /** The value as a length or a type, -1 where it is none: negative or beyond 2^31. */
  get small(): number {
    return this.high === 0 && this.low >= 0 ? this.low : -1;
  }

  get bigint(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }
}
