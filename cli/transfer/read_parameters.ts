import { readFile } from "node:fs/promises";
import { RheiError } from "../../src/errors/mod.ts";
import type { ExactValue } from "../../src/types/mod.ts";
import { badFile, fileFailure } from "./file_failure.ts";
import { exactOfJson, parseExactJson } from "./json_values.ts";
import { decodeUtf8 } from "./utf8_check.ts";

/**
 * The parameters a JSON file holds: an array of values by position, or an object of values by name, with or without the prefix. 64-bit
 * integers keep all their digits, text may hold NUL characters, `{"$blob": "00ff"}` is a blob; other objects and arrays are their JSON text.
 *
 * @throws {RheiError} `IO_ERROR` if the file cannot be read, `FILE_FORMAT` if it holds something else or is not UTF-8.
 */
export async function readParameters(
  path: string,
): Promise<readonly ExactValue[] | Readonly<Record<string, ExactValue>>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileFailure("read", path, error);
  }
  const parsed = parsedText(path, decodeUtf8(bytes, path));
  if (Array.isArray(parsed)) return parsed.map((value) => parameterOf(value, path));
  if (typeof parsed !== "object" || parsed === null) {
    throw badFile(path, "expected an array of values, or an object of names and values", { action: "read" });
  }
  const named = Object.entries(parsed).map(([name, value]) =>
    [name.replace(/^[:@$]/, ""), parameterOf(value, path)] as const
  );
  return Object.fromEntries(named);
}

function parsedText(path: string, text: string): unknown {
  try {
    return parseExactJson(text.replace(/^\ufeff/, ""));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw badFile(path, `it is not JSON: ${cause.message}`, { action: "read", cause });
  }
}

function parameterOf(value: unknown, path: string): ExactValue {
  if (typeof value !== "object" || value === null || !("$blob" in value)) return exactOfJson(value);
  const { $blob: hex } = value;
  if (typeof hex === "string" && /^(?:[\da-f]{2})*$/i.test(hex)) return new Uint8Array(Buffer.from(hex, "hex"));
  throw new RheiError("FILE_FORMAT", `Cannot read "${path}": $blob takes pairs of hexadecimal digits`);
}
