import { RheiError, systemCode, systemReason } from "../../src/errors/mod.ts";

/** A failure of the file system while importing or exporting `path`, in words; other errors come back as they are. */
export function fileFailure(
  action: "import" | "export to" | "read" | "write to",
  path: string,
  cause: unknown,
): unknown {
  if (cause instanceof RheiError || !(cause instanceof Error)) return cause;
  const code = systemCode(cause);
  if (code === undefined) return cause;
  const reason = systemReason(cause);
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  const kind = isFull ? "DISK_FULL" : reason === undefined ? "IO_ERROR" : "FILE_FORMAT";
  return new RheiError(kind, `Cannot ${action} "${path}": ${reason ?? cause.message}`, { cause, details: { path } });
}

/** What is wrong in a file to import, or else to read, with its line where it has lines. */
export function badFile(
  path: string,
  reason: string,
  options: { action?: "import" | "read"; line?: number; hint?: string; cause?: unknown } = {},
): RheiError {
  const { action = "import", line, hint, cause } = options;
  const place = line === undefined ? "" : `, line ${line}`;
  return new RheiError("FILE_FORMAT", `Cannot ${action} "${path}"${place}: ${reason}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
    details: { path, ...(line === undefined ? {} : { line }) },
  });
}
