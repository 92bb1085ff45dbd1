import { UndecodableText } from "./undecodable_text.ts";
import type { ExactValue } from "./value.ts";

/** First byte of an encoded value. */
const INTEGER = 1;
const REAL = 2;
const TEXT = 3;
const BLOB = 4;
const UNDECODABLE = 5;

const TEXT_ENCODER = new TextEncoder();
const TEXT_DECODER = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/**
 * A value of any storage class as bytes: one that tells the class, then an INTEGER's or REAL's eight bytes (big-endian), or the bytes
 * of a text in UTF-8, of a text that cannot be decoded, or of a blob. Equal values of equal class give equal bytes; NULL stays NULL.
 */
export function encodeExact(value: ExactValue | UndecodableText): Uint8Array | null {
  if (value === null) return null;
  switch (typeof value) {
    case "bigint": {
      const bytes = new Uint8Array(9);
      bytes[0] = INTEGER;
      new DataView(bytes.buffer).setBigInt64(1, value);
      return bytes;
    }
    case "number": {
      const bytes = new Uint8Array(9);
      bytes[0] = REAL;
      new DataView(bytes.buffer).setFloat64(1, value);
      return bytes;
    }
    case "string":
      return tagged(TEXT, TEXT_ENCODER.encode(value));
    default:
      return value instanceof UndecodableText ? tagged(UNDECODABLE, value.bytes) : tagged(BLOB, value);
  }
}

function tagged(tag: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 1);
  bytes[0] = tag;
  bytes.set(content, 1);
  return bytes;
}

/**
 * The value that {@linkcode encodeExact} encoded.
 *
 * @throws {RangeError | TypeError} If the bytes are not of that form.
 */
export function decodeExact(bytes: Uint8Array | null): ExactValue | UndecodableText {
  if (bytes === null) return null;
  const content = bytes.subarray(1) as Uint8Array<ArrayBuffer>;
  switch (bytes[0]) {
    case INTEGER:
      return numberView(content).getBigInt64(0);
    case REAL:
      return numberView(content).getFloat64(0);
    case TEXT:
      return TEXT_DECODER.decode(content);
    case BLOB:
      return content.slice();
    case UNDECODABLE:
      return new UndecodableText(content.slice());
    default:
      throw new RangeError(`Cannot decode a value: its first byte is ${bytes[0]}`);
  }
}

function numberView(content: Uint8Array): DataView {
  if (content.length !== 8) throw new RangeError(`Cannot decode a number of ${content.length} bytes`);
  return new DataView(content.buffer, content.byteOffset, 8);
}
