import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { messageOf, RheiError, systemCode, systemReason } from "../errors/mod.ts";

/** A configuration file as read. */
export interface ConfigFile {
  /** As the user gave it, or the default name. */
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Name of the file that is read when none is given. */
const CONFIG_FILE_NAME = "rhei.toml";

/**
 * Reads `path`, or `rhei.toml` in `folder` if that exists; `null` when there is none.
 *
 * @throws {RheiError} `CONFIG` if the file cannot be read or is not TOML, with the place.
 */
export function readConfigFile(path: string | undefined, folder: string): ConfigFile | null {
  const shown = path ?? CONFIG_FILE_NAME;
  let text: string;
  try {
    text = readFileSync(path ?? join(folder, CONFIG_FILE_NAME), "utf8");
  } catch (cause) {
    if (path === undefined && systemCode(cause) === "ENOENT") return null;
    const reason = systemReason(cause) ?? messageOf(cause);
    throw new RheiError("CONFIG", `Cannot read configuration "${shown}": ${reason}`, { cause });
  }
  try {
    return { path: shown, values: parse(text) };
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    // The library's message goes on with its own excerpt of the file; the pointer shows that part.
    const reason = (cause.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    const start = offsetOf(text, cause.line, cause.column);
    throw new RheiError("CONFIG", `Cannot parse configuration "${shown}": ${reason}`, {
      cause,
      pointer: { text, start, end: start + 1 },
    });
  }
}

/** Offset of a 1-based line and column. */
function offsetOf(text: string, line: number, column: number): number {
  const before = text.split("\n").slice(0, line - 1);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
}
