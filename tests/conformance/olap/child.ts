/**
 * A child process that rewrites all rows of a mirror in one transaction after another, until it is stopped or killed.
 * In transaction n every row's `version` becomes n and the state's watermark n, so a torn state shows.
 *
 * As a program: `child.ts MODULE FOLDER`, a line with the durable watermark per commit on stdout; the end of stdin stops it.
 */
import { fileURLToPath } from "node:url";
import type { OlapBackend } from "../../../src/olap/mod.ts";
import type { ExactValue } from "../../../src/types/mod.ts";
import { change, load, tableOf } from "./fixtures.ts";
import type { OlapSubject } from "./harness.ts";

/** Rows the child keeps rewriting. */
export const CHILD_ROWS = 6000;
export const CHILD_TABLE = tableOf("versions", [["id", "integer"], ["version", "integer"], ["pad", "text"]], ["id"]);

export interface Child {
  readonly pid: number;
  /** Waits until the child has committed this many times; gives the durable watermark it said last. */
  committed(times: number): Promise<number>;
  /** Kills the child at once. */
  kill(): Promise<void>;
  /** Has the child close its mirror and end. */
  stop(): Promise<void>;
}

/** Starts a child on a mirror that is closed here. */
export function startChild(subject: OlapSubject, folder: string): Child {
  const args = ["run", "-A", "--quiet", fileURLToPath(import.meta.url), subject.childModule!, folder];
  const process = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const drain = async () => {
    while (!(await lines.read()).done);
    await process.status;
  };
  return {
    pid: process.pid,
    async committed(times) {
      while (text.split("\n").length - 1 < times) {
        const { value, done } = await lines.read();
        if (done) throw new Error(`The child ended after saying: ${text}`);
        text += value;
      }
      return Number(text.trimEnd().split("\n").at(-1));
    },
    async kill() {
      process.kill("SIGKILL");
      await process.stdin.close().catch(() => {}); // the pipe is broken when the child is dead already
      await drain();
    },
    async stop() {
      await process.stdin.close();
      await drain();
    },
  };
}

function rowsAt(version: number): ExactValue[][] {
  return Array.from(
    { length: CHILD_ROWS },
    (_, id) => [BigInt(id), BigInt(version), `version ${version} of row ${id}`],
  );
}

async function rewriteUntilStopped(backend: OlapBackend): Promise<void> {
  let stopped = false;
  const stdin = Deno.stdin.readable.getReader();
  stdin.read().then(() => stopped = true);
  const contents = await backend.state();
  let version: number = contents?.state.watermark ?? 0;
  if (!contents?.tables.some((table) => table.name === CHILD_TABLE.name)) {
    await load(backend, CHILD_TABLE, rowsAt(++version));
    await backend.checkpoint();
  }
  while (!stopped) {
    version++;
    await change(backend, version, CHILD_TABLE, rowsAt(version), []);
    if (version % 5 === 0) await backend.checkpoint();
    await Deno.stdout.write(new TextEncoder().encode(`${backend.durableWatermark() ?? 0}\n`));
  }
  await backend.close();
}

if (import.meta.main) {
  const [module, folder] = Deno.args;
  const { openForTest } = await import(module!) as { openForTest: OlapSubject["open"] };
  await rewriteUntilStopped(await openForTest(folder!));
}
