import { readFile } from "node:fs/promises";
import { badFile, fileFailure } from "./file_failure.ts";
import { parseExactJson, rowOfObject } from "./json_values.ts";
import { BATCH_ROWS, type RowSource, type SourceBatch } from "./row_source.ts";

/**
 * Opens a JSON file that holds one array of objects. Columns are the keys of all objects in order of appearance; a missing key is
 * NULL.
 *
 * @throws {RheiError} `FILE_FORMAT` if it cannot be read, is not JSON (with the line), or holds something else.
 */
export async function openJson(path: string): Promise<RowSource> {
  const objects = await readObjects(path);
  const names = new Set<string>();
  for (const object of objects) for (const key of Object.keys(object)) names.add(key);
  const keys = [...names];
  return {
    columns: keys.map((name) => ({ name, declaredType: null })),
    named: true,
    values: "typed",
    batches: () => batchesOf(objects, keys),
    close: () => Promise.resolve(),
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

async function* batchesOf(objects: readonly JsonObject[], keys: readonly string[]): AsyncIterable<SourceBatch> {
  for (let start = 0; start < objects.length; start += BATCH_ROWS) {
    yield {
      rows: objects.slice(start, start + BATCH_ROWS).map((object) => rowOfObject(object, keys)),
      lines: null,
      bytesRead: null,
    };
  }
}

async function readObjects(path: string): Promise<JsonObject[]> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    if (cause instanceof TypeError) throw badFile(path, "it is not UTF-8 text", { cause });
    if (cause instanceof RangeError || (cause as NodeJS.ErrnoException).code === "ERR_STRING_TOO_LONG") {
      throw badFile(path, "the file is too large to hold in memory", {
        cause,
        hint: "JSON Lines (.jsonl) has no such limit",
      });
    }
    throw fileFailure("import", path, cause);
  }
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw badFile(path, reasonOf(cause), { cause, line: faultLine(text) });
  }
  if (!Array.isArray(value)) {
    throw badFile(path, "expected one array of objects", { hint: "a file with one object per line is named .jsonl" });
  }
  value.forEach((each, index) => {
    if (isObject(each)) return;
    throw badFile(path, `element ${index + 1} of the array is no object`);
  });
  return value as JsonObject[];
}

/** Whether a JSON value is an object, and so a row. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The parser's message without its own excerpt and place. */
export function reasonOf(error: SyntaxError): string {
  return error.message.replace(/^JSON Parse error: /, "").replace(/ in JSON at position.*$|, (?:\.\.\.)?".*$/s, "");
}

/** What parsers say of a text that is right as far as it goes. */
const ENDS_EARLY = /Unexpected end|Unterminated string|Unexpected EOF/;

/**
 * The line at which a text stops being JSON, found by parsing ever closer beginnings of it: not every engine's message names a
 * position.
 */
function faultLine(text: string): number {
  const lineEnds = [...text.trimEnd().matchAll(/\n|$/g)].map((match) => match.index);
  let [good, bad] = [0, lineEnds.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (stopsBefore(text.slice(0, lineEnds[middle - 1]))) bad = middle;
    else good = middle;
  }
  return bad;
}

function stopsBefore(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    return !ENDS_EARLY.test((error as Error).message);
  }
}
