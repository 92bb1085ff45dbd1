/**
 * Entry of a thread of a team: runs its part of one statement at a time. Started only by `WorkerTeam`.
 */
import { setPriority } from "node:os";
import process from "node:process";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../../errors/mod.ts";
import { foldName } from "../../../sql/mod.ts";
import { sendReply, unseal } from "../../../types/mod.ts";
import { ExecutionProfile } from "../physical/execution_profile.ts";
import { Execution } from "../physical/execution.ts";
import { HeapCache } from "../physical/heap_cache.ts";
import { MemoryBudget } from "../physical/memory_budget.ts";
import { ALONE, TeamFailure } from "../physical/team.ts";
import { packColumns, transferablesOf } from "./packed_columns.ts";
import { SharedTeam } from "./shared_team.ts";
import { CONTROL, packFailure, type TeamReply, type TeamRequest, type TeamThreadData } from "./team_protocol.ts";

/** Nice value of threads that run queries: where cores are few, what commits comes first. */
const NICE = 5;

// Elsewhere than on Linux this would be the whole process's.
if (process.platform === "linux") setPriority(0, NICE);

const { index, control, replies } = workerData as TeamThreadData;
const heaps = new HeapCache();
let ports: readonly (MessagePort | null)[] = [];

function run(request: Extract<TeamRequest, { kind: "run" }>): TeamReply {
  const { number, statement, members, memoryLimitBytes, division, profiled } = request;
  const tables = unseal(request.tables);
  const team = members === 1 ? ALONE : new SharedTeam(control, ports.slice(0, members), index, number);
  const profile = profiled ? new ExecutionProfile(statement) : null;
  try {
    const execution = new Execution({
      table: (table) => tables.get(foldName(table.name))!,
      heaps,
      budget: new MemoryBudget(memoryLimitBytes, control.subarray(CONTROL.memory, CONTROL.memory + 1)),
      cancelled: control.subarray(CONTROL.cancelled, CONTROL.cancelled + 1),
      team,
      division,
      profile,
    });
    const relation = execution.run(statement);
    if (index !== 0) return { kind: "done" };
    const rows = packColumns(relation, statement.outputs, tables, heaps);
    return { kind: "rows", rows, profile: profile?.result ?? null };
  } catch (error) {
    if (error instanceof TeamFailure) return { kind: "failed", failure: { kind: "followed" } };
    Atomics.store(control, CONTROL.failed, 1);
    Atomics.notify(control, CONTROL.passed);
    return { kind: "failed", failure: packFailure(error) };
  }
}

const port = parentPort;
invariant(port !== null, "a thread of a team is a worker");
port.on("message", (request: TeamRequest) => {
  if (request.kind === "meet") {
    ports = request.ports;
    return;
  }
  const reply = run(request);
  sendReply(replies, reply, reply.kind === "rows" ? transferablesOf(reply.rows) : []);
});
