import { getSystemErrorName } from "node:util";

/** Why the system refused a file, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is no directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  EMFILE: "too many files are open",
  EFBIG: "the file would be larger than is allowed",
  ENOSPC: "no space left on the disk",
  EDQUOT: "no space left on the disk",
};

/** Why the system refused a file, in words; `undefined` where only the failure's own message can tell. */
export function systemReason(failure: unknown): string | undefined {
  return REASONS[systemCode(failure) ?? ""];
}

/** The system's name for a failure (`ENOSPC`), `undefined` for what is none of its failures. */
export function systemCode(failure: unknown): string | undefined {
  if (!(failure instanceof Error)) return undefined;
  const { code } = failure as NodeJS.ErrnoException;
  if (code !== undefined) return /^E[A-Z]+$/.test(code) ? code : undefined;
  // Deno's streams tell its number in the message only.
  const number = /\(os error (\d+)\)$/.exec(failure.message)?.[1];
  return number === undefined ? undefined : getSystemErrorName(-Number(number));
}
