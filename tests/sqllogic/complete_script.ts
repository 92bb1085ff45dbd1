import type { DualEngine } from "../support/dual_engine.ts";
import { parseScript } from "./parse_script.ts";
import { hashValues, renderResult } from "./render_values.ts";

const DEFAULT_HASH_THRESHOLD = 60;

/** The script with every expectation written afresh from libSQL's answers, to be reviewed as a diff. */
export async function completeScript(text: string, file: string, engine: DualEngine): Promise<string> {
  const lines = text.split(/\r?\n/);
  const pieces: string[] = [];
  let copied = 0;
  let threshold = DEFAULT_HASH_THRESHOLD;
  for (const record of parseScript(text, file)) {
    if (record.kind === "hashThreshold") threshold = record.values;
    if (record.kind === "statement") {
      // A statement that should fail may fail; one that should not shows when the script runs.
      await engine.execute(record.sql).catch(() => {});
    }
    if (record.kind !== "query") continue;
    const outcome = await engine.oltp({ sql: record.sql, params: [] });
    if (outcome.kind !== "rows") {
      if (lines[record.expectedStart - 1] === "----") continue; // Written to fail: a separator, and no values.
      throw new SyntaxError(`${file}:${record.line}: ${JSON.stringify(outcome)}`);
    }
    const values = renderResult(outcome.rows, record.types, record.sort);
    const shown = values.length > threshold ? [`${values.length} values hashing to ${hashValues(values)}`] : values;
    const separated = lines[record.expectedStart - 1] === "----";
    pieces.push(...lines.slice(copied, record.expectedStart), ...(separated ? [] : ["----"]), ...shown);
    copied = record.expectedEnd;
  }
  return [...pieces, ...lines.slice(copied)].join("\n");
}
