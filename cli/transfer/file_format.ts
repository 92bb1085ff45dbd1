import { RheiError } from "../../src/errors/mod.ts";

/** Formats of files that rows are imported from and exported to. */
export type FileFormat = "csv" | "tsv" | "json" | "jsonl" | "parquet" | "arrow";

const FORMAT_OF_ENDING: Readonly<Record<string, FileFormat>> = {
  ".csv": "csv",
  ".tsv": "tsv",
  ".tab": "tsv",
  ".json": "json",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".parquet": "parquet",
  ".pq": "parquet",
  ".arrow": "arrow",
  ".feather": "arrow",
  ".ipc": "arrow",
};

/**
 * The format a file's ending names, case ignored.
 *
 * @throws {RheiError} `FILE_FORMAT` if the ending names none.
 */
export function formatOfPath(path: string): FileFormat {
  const ending = /\.[^./\\]*$/.exec(path)?.[0].toLowerCase() ?? "";
  const format = FORMAT_OF_ENDING[ending];
  if (format === undefined) {
    throw new RheiError("FILE_FORMAT", `Cannot tell the format of "${path}" by its ending`, {
      hint: `known endings are ${Object.keys(FORMAT_OF_ENDING).join(" ")}`,
      details: { path },
    });
  }
  return format;
}
