import { getSystemErrorName } from "node:util";
import { RheiError } from "../../src/errors/mod.ts";

/** Why the system refused a file, in words. */
const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is no directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open",
  EFBIG: "the file would be larger than is allowed",
};

/** A failure of the file system while importing or exporting `path`, in words; other errors come back as they are. */
export function fileFailure(
  action: "import" | "export to" | "read" | "write to",
  path: string,
  cause: unknown,
): unknown {
  if (cause instanceof RheiError || !(cause instanceof Error)) return cause;
  const code = systemCode(cause);
  if (code === undefined) return cause;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new RheiError("DISK_FULL", `Cannot ${action} "${path}": no space left on the disk`, {
      cause,
      details: { path },
    });
  }
  const reason = SYSTEM_REASONS[code];
  if (reason === undefined) {
    return new RheiError("IO_ERROR", `Cannot ${action} "${path}": ${cause.message}`, { cause, details: { path } });
  }
  return new RheiError("FILE_FORMAT", `Cannot ${action} "${path}": ${reason}`, { cause, details: { path } });
}

/** The system's name for a failure (`ENOSPC`); Deno's streams tell its number in the message only. */
function systemCode(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined) return /^E[A-Z]+$/.test(code) ? code : undefined;
  const number = /\(os error (\d+)\)$/.exec(error.message)?.[1];
  return number === undefined ? undefined : getSystemErrorName(-Number(number));
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
