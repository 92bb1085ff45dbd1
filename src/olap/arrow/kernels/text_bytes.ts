import { RuntimeDecline } from "../../olap_backend.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a text. */
export function utf8Bytes(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/**
 * Bytes taken for text, as SQLite takes a blob that meets a text operator.
 *
 * @throws {RuntimeDecline} If they are no text that could be handed on unchanged: not valid UTF-8, or holding a NUL, where SQLite's
 * functions stop at different places.
 */
export function textFromBytes(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw new RuntimeDecline("a blob with a zero byte read as text");
  try {
    return DECODER.decode(bytes);
  } catch (cause) {
    throw new RuntimeDecline("a blob that is not valid UTF-8 read as text", { cause });
  }
}

/** One character per byte: enough to look for the ASCII characters numbers consist of. */
export function latin1FromBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
