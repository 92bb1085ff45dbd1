import { Buffer } from "node:buffer";

/** A blob as SQL writes it: `x'00ff'`. */
export function blobLiteral(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}'`;
}

/** Bytes shown of a blob in a table. */
const PREVIEW_BYTES = 16;

/** A blob for a table: short ones in full, longer ones by their beginning and size, such as `x'00ff…' (2.0 kB)`. */
export function blobPreview(bytes: Uint8Array): string {
  if (bytes.length <= PREVIEW_BYTES) return blobLiteral(bytes);
  return `${blobLiteral(bytes.subarray(0, PREVIEW_BYTES)).slice(0, -1)}…' (${sizeText(bytes.length)})`;
}

const UNITS = ["bytes", "kB", "MB", "GB"] as const;

function sizeText(byteCount: number): string {
  let size = byteCount;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}
