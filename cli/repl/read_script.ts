import { readFileSync } from "node:fs";
import { messageOf, RheiError, systemReason } from "../../src/errors/mod.ts";
import { decodeUtf8 } from "../transfer/mod.ts";

/** The text of a script in a file. @throws {RheiError} `IO_ERROR` if it cannot be read, `FILE_FORMAT` if it is no text. */
export function readScript(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new RheiError("IO_ERROR", `Cannot read "${path}": ${systemReason(cause) ?? messageOf(cause)}`, { cause });
  }
  return decodeUtf8(bytes, path);
}
