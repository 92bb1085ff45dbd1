import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import type { ContenderInput } from "./contender.ts";
import { type ContenderName, CONTENDERS } from "./contenders.ts";
import { type ContestReply, type ContestRequest, REPLY_MARK } from "./messages.ts";

const MAIN = join(import.meta.dirname!, "main.ts");

/** Milliseconds and, where asked for, the hash of the result; or why there is none. */
export type Outcome = Extract<ContestReply, { kind: "ran" | "failed" }>;

type Ready = Extract<ContestReply, { kind: "ready" }>;

/**
 * An engine in a process of its own: its memory is its own, what it leaves behind disturbs nobody, and a query that takes too long can
 * be ended.
 */
export class ContenderProcess {
  readonly name: ContenderName;
  /** Of the latest start. */
  ready: Ready = { kind: "ready", loadMs: 0, loadPeakMb: 0 };
  readonly #input: ContenderInput;
  #child: ChildProcessWithoutNullStreams | null = null;
  #replies: AsyncIterator<ContestReply> | null = null;
  #peakMb = 0;

  constructor(name: ContenderName, input: ContenderInput) {
    this.name = name;
    this.#input = input;
  }

  /** Starts it unless it runs, and waits until its tables are loaded. @throws {Error} When it cannot load them. */
  async start(): Promise<void> {
    if (this.#child !== null) return;
    const { config } = CONTENDERS[this.name];
    const flags = ["run", "-A", "--quiet", "--no-check", ...(config === null ? [] : ["--config", config])];
    const args = [...flags, MAIN, this.name, JSON.stringify(this.#input)];
    const child = this.#child = spawn(process.execPath, args, { stdio: "pipe" });
    // A process that has just ended refuses the line; its end shows in the missing reply.
    child.stdin.on("error", () => {});
    let complaints = "";
    child.stderr.on("data", (text) => complaints = `${complaints}${text}`.slice(-4_000));
    this.#replies = replies(child);
    const first = await this.#replies.next();
    if (first.done || first.value.kind !== "ready") {
      await this.stop();
      throw new Error(`Contender ${this.name} did not start: ${complaints.trim()}`);
    }
    this.ready = first.value;
  }

  /** Runs a query; the process ends, to be started anew for the next one, when that takes longer than the limit. */
  async run(sql: string, withHash: boolean, limitMs: number): Promise<Outcome> {
    await this.start();
    const timer = setTimeout(() => this.#child?.kill("SIGKILL"), limitMs);
    try {
      const outcome = await this.#ask({ kind: "run", sql, withHash });
      if (outcome?.kind === "ran" || outcome?.kind === "failed") return outcome;
      await this.stop();
      return { kind: "failed", reason: `ended, or took longer than ${limitMs / 1_000} s` };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Most memory the process has had since its tables were loaded, in MB. */
  async peakMb(): Promise<number> {
    const outcome = this.#child === null ? null : await this.#ask({ kind: "memory" });
    if (outcome?.kind === "memory") this.#peakMb = Math.max(this.#peakMb, outcome.peakMb);
    return this.#peakMb;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
    child.stdin.end();
    await ended;
  }

  /** `null` when the process has ended. */
  async #ask(request: ContestRequest): Promise<ContestReply | null> {
    this.#child!.stdin.write(`${JSON.stringify(request)}\n`);
    const next = await this.#replies!.next();
    return next.done ? null : next.value;
  }
}

async function* replies(child: ChildProcessWithoutNullStreams): AsyncGenerator<ContestReply> {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith(REPLY_MARK)) yield JSON.parse(line.slice(REPLY_MARK.length)) as ContestReply;
  }
}
