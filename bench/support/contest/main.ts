/** The process of one contender: `main.ts NAME INPUT`, where INPUT is a `ContenderInput` as JSON. Started by `ContenderProcess`. */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { resultHash } from "../result_hash.ts";
import type { Contender, ContenderInput } from "./contender.ts";
import { type ContenderName, CONTENDERS } from "./contenders.ts";
import { type ContestReply, type ContestRequest, REPLY_MARK } from "./messages.ts";

function reply(message: ContestReply): void {
  process.stdout.write(`${REPLY_MARK}${JSON.stringify(message)}\n`);
}

/** Most memory this process has had at once, in MB of 2^20 bytes. */
function peakMb(): number {
  try {
    // Not the system's `maxrss`, which on Linux a process inherits from the one that started it.
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))![1]) / 1024;
  } catch {
    // Elsewhere there is no such file.
    return process.resourceUsage().maxRSS / 1024;
  }
}

/** Lets the peak begin anew at the memory held now, where the system can. */
function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Elsewhere than on Linux the peak of loading counts as one of the queries, which is on the safe side.
  }
}

async function answer(contender: Contender, request: ContestRequest): Promise<ContestReply> {
  if (request.kind === "memory") return { kind: "memory", peakMb: peakMb() };
  try {
    const startedMs = performance.now();
    const rows = await contender.run(request.sql);
    const ms = performance.now() - startedMs;
    return { kind: "ran", ms, hash: request.withHash ? resultHash(rows) : null };
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

const [name, input] = process.argv.slice(2);
const open = await CONTENDERS[name as ContenderName].load();
const startedMs = performance.now();
const contender = await open(JSON.parse(input!) as ContenderInput);
const ready: ContestReply = { kind: "ready", loadMs: performance.now() - startedMs, loadPeakMb: peakMb() };
forgetPeak();
reply(ready);
for await (const line of createInterface({ input: process.stdin })) {
  reply(await answer(contender, JSON.parse(line) as ContestRequest));
}
await contender.close();
