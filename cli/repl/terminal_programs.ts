import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { RheiError } from "../../src/errors/mod.ts";
import { decodeUtf8 } from "../transfer/mod.ts";

/** How `less` should behave unless the user has said: leave short texts alone, keep colours, cut wide lines, leave the screen as it is. */
const LESS = "-FRSX";

const isWindows = process.platform === "win32";

/**
 * Shows text in a pager and waits until it is left; what it did not read is not made.
 *
 * @param command Command line; `null` is `$PAGER`, else `less`.
 * @throws {RheiError} `IO_ERROR` when it cannot be run.
 */
export async function runPager(command: string | null, pieces: Iterable<string>): Promise<void> {
  const line = command ?? (process.env["PAGER"] || (isWindows ? "more" : "less"));
  const env = { ...process.env, LESS: process.env["LESS"] ?? LESS };
  const child = spawn(line, { shell: true, stdio: ["pipe", "inherit", "inherit"], env });
  const ended = once(child, "close") as Promise<[number | null]>;
  let left = false;
  child.on("close", () => left = true);
  // A pager that is left before the end closes the pipe: then nobody wants the rest.
  child.stdin.on("error", () => left = true);
  for (const piece of pieces) {
    if (left) break;
    if (!child.stdin.write(piece)) await Promise.race([once(child.stdin, "drain").catch(() => {}), ended]);
  }
  child.stdin.end();
  const [code] = await ended;
  if (code === 127) throw new RheiError("IO_ERROR", `Cannot run the pager "${line}": there is no such program`);
}

/**
 * Has the user change a text in `$VISUAL`, `$EDITOR` or `vi`, and gives what they made of it.
 *
 * @throws {RheiError} `IO_ERROR` when the editor cannot be run or says that it failed: the text is then to be left as it was.
 */
export async function runEditor(text: string): Promise<string> {
  const editor = process.env["VISUAL"] || process.env["EDITOR"] || (isWindows ? "notepad" : "vi");
  const folder = mkdtempSync(join(tmpdir(), "rhei-edit-"));
  try {
    const path = join(folder, "statement.sql");
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    // The path holds no character that a shell would read as anything else.
    const child = spawn(`${editor} "${path}"`, { shell: true, stdio: "inherit" });
    const [code] = await once(child, "close") as [number | null];
    if (code !== 0) throw new RheiError("IO_ERROR", `Cannot edit the statement: "${editor}" ended with code ${code}`);
    return decodeUtf8(readFileSync(path), path).trimEnd();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
