import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { badFile, fileFailure } from "./file_failure.ts";
import { parseExactJson, rowOfObject } from "./json_values.ts";
import { isObject, reasonOf } from "./read_json.ts";
import { BATCH_ROWS, type RowSource, type SourceBatch } from "./row_source.ts";
import { utf8Check } from "./utf8_check.ts";

/**
 * Opens JSON Lines: an object per line, blank lines skipped. Columns are the keys of all objects in order of appearance, so the file
 * is read once to open it.
 *
 * @throws {RheiError} `FILE_FORMAT` if it cannot be read, or a line is no JSON object (with the line).
 */
export async function openJsonl(path: string): Promise<RowSource> {
  const names = new Set<string>();
  for await (const { objects } of objectBatches(path)) {
    for (const object of objects) for (const key of Object.keys(object)) names.add(key);
  }
  const keys = [...names];
  return {
    columns: keys.map((name) => ({ name, declaredType: null })),
    named: true,
    values: "typed",
    batches: () => rowBatches(path, keys),
    close: () => Promise.resolve(),
  };
}

async function* rowBatches(path: string, keys: readonly string[]): AsyncIterable<SourceBatch> {
  for await (const { objects, lines, bytesRead } of objectBatches(path)) {
    yield { rows: objects.map((object) => rowOfObject(object, keys)), lines, bytesRead };
  }
}

interface ObjectBatch {
  readonly objects: Readonly<Record<string, unknown>>[];
  readonly lines: number[];
  readonly bytesRead: number;
}

async function* objectBatches(path: string): AsyncIterable<ObjectBatch> {
  const input = createReadStream(path, { highWaterMark: 1 << 18 });
  const checked = utf8Check(path).setEncoding("utf8");
  // Errors reach the loop through the last stream, which the pipeline destroys with them.
  pipeline(input, checked, () => {});
  let line = 0;
  let batch: ObjectBatch = { objects: [], lines: [], bytesRead: 0 };
  const take = (text: string): void => {
    line += 1;
    const content = line === 1 ? text.replace(/^\ufeff/, "") : text;
    if (content.trim() === "") return;
    batch.objects.push(parseLine(path, content, line));
    batch.lines.push(line);
  };
  try {
    let rest = "";
    for await (const chunk of checked) {
      const texts = (rest + chunk).split("\n");
      rest = texts.pop() ?? "";
      for (const text of texts) take(text);
      if (batch.objects.length < BATCH_ROWS) continue;
      yield { ...batch, bytesRead: input.bytesRead };
      batch = { objects: [], lines: [], bytesRead: 0 };
    }
    take(rest);
    if (batch.objects.length > 0) yield { ...batch, bytesRead: input.bytesRead };
  } catch (error) {
    throw fileFailure("import", path, error);
  } finally {
    input.destroy();
  }
}

function parseLine(path: string, text: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw badFile(path, reasonOf(cause), { cause, line });
  }
  if (!isObject(value)) throw badFile(path, "expected a JSON object", { line });
  return value;
}
