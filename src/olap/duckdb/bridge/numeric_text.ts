const NUMBER = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[ \t\n\v\f\r]*$/;
const INTEGER = /^[+-]?\d+$/;

/**
 * The number numeric affinity makes of a text constant, or `null` if it stays text. Integral reals become integers as SQLite
 * stores them, which no comparison can tell.
 */
export function numericLiteral(text: string): bigint | number | null {
  const match = NUMBER.exec(text);
  const digits = match?.[1];
  if (digits === undefined) return null;
  if (INTEGER.test(digits)) {
    const integer = BigInt(digits);
    if (integer >= -(2n ** 63n) && integer < 2n ** 63n) return integer;
  }
  return Number(digits);
}
