import { Transform } from "node:stream";
import { badFile } from "./file_failure.ts";

const HINT = "convert the file, for example with: iconv -f latin1 -t utf-8";

/**
 * The text that bytes hold: replacing what is not UTF-8 would run or bind a text that is not in the file.
 *
 * @param name The file's, in messages.
 * @throws {RheiError} `FILE_FORMAT` if they are not UTF-8, with the line.
 */
export function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const line = 1 + newlinesBeforeFault(bytes);
    throw badFile(name, "it is not UTF-8 text", { action: "read", cause, line, hint: HINT });
  }
}

/** Passes bytes on and fails at the first that are not UTF-8: replacing them would import a text that is not in the file. */
export function utf8Check(path: string): Transform {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let line = 1;
  const check = (chunk: Uint8Array | undefined): void => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw badFile(path, "it is not UTF-8 text", {
        cause,
        line: line + (chunk === undefined ? 0 : newlinesBeforeFault(chunk)),
        hint: HINT,
      });
    }
  };
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      try {
        check(chunk);
        line += countNewlines(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        check(undefined);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

const NEWLINE = 10;

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** Newlines before the first line of `bytes` that is not UTF-8; the chunk's own first line may begin inside a character. */
function newlinesBeforeFault(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let lines = 0;
  for (let start = 0; start < bytes.length; lines++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      // This is the line the caller is looking for, unless it is the tail of a character begun in the chunk before.
      if (lines > 0 || !isContinuation(bytes[0])) return lines;
    }
    if (newline < 0) break;
    start = newline + 1;
  }
  return 0;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
