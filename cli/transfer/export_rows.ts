import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { RheiError } from "../../src/errors/mod.ts";
import type { RowSet } from "../../src/types/mod.ts";
import { RENDER_DEFAULTS, renderResult } from "../render/mod.ts";
import { type FileFormat, formatOfPath } from "./file_format.ts";
import { fileFailure } from "./file_failure.ts";
import { writeArrow } from "./write_arrow.ts";
import { writeParquet } from "./write_parquet.ts";

/**
 * Fails before a long query runs if its rows could not be written to `path` afterwards.
 *
 * @throws {RheiError} `FILE_FORMAT` if the ending names no format, the folder is missing or `path` is a folder.
 */
export async function checkExportPath(path: string): Promise<void> {
  formatOfPath(path);
  const folder = dirname(path);
  const found = await stat(folder).catch((cause) => {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw fileFailure("export to", path, cause);
    return null;
  });
  if (found === null || !found.isDirectory()) {
    throw new RheiError("FILE_FORMAT", `Cannot export to "${path}": there is no folder "${folder}"`, {
      hint: `make it first: mkdir -p "${folder}"`,
      details: { path },
    });
  }
  const existing = await stat(path).catch(() => null); // Not there or not readable: writing will say so.
  if (existing?.isDirectory()) {
    throw new RheiError("FILE_FORMAT", `Cannot export to "${path}": it is a directory`, { details: { path } });
  }
}

/**
 * Writes rows to a file in the format its ending names. The file appears whole or not at all: it is written beside and renamed.
 *
 * @throws {RheiError} `FILE_FORMAT` as {@linkcode checkExportPath}, or for a column that mixes types Parquet and Arrow keep apart;
 * `DISK_FULL` or `IO_ERROR` if the system cannot write it, `CANCELLED` when `signal` is aborted.
 */
export async function exportRows(rows: RowSet, path: string, signal?: AbortSignal): Promise<void> {
  await checkExportPath(path);
  if (rows.columns.length === 0) {
    throw new RheiError("FILE_FORMAT", `Cannot export to "${path}": the statement gives no columns`, {
      details: { path },
    });
  }
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeFormat(formatOfPath(path), rows, path, temporary, signal);
    const file = await open(temporary, "r+");
    await file.sync().finally(() => file.close());
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (signal?.aborted) throw new RheiError("CANCELLED", `Cannot export to "${path}": cancelled`, { cause: error });
    throw fileFailure("export to", path, error);
  }
}

async function writeFormat(
  format: FileFormat,
  rows: RowSet,
  path: string,
  temporary: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  switch (format) {
    case "csv":
    case "tsv":
    case "json":
    case "jsonl":
      await pipeline(
        renderResult(format, rows, RENDER_DEFAULTS),
        createWriteStream(temporary, { flags: "wx" }),
        signal === undefined ? {} : { signal },
      );
      break;
    case "parquet":
      await writeParquet(rows, path, temporary);
      break;
    case "arrow":
      await writeArrow(rows, path, temporary);
  }
  signal?.throwIfAborted();
}
