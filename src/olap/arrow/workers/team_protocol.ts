import type { MessagePort } from "node:worker_threads";
import { messageOf, RheiError, type RheiErrorCode } from "../../../errors/mod.ts";
import { Unanalysable } from "../../../sql/mod.ts";
import type { ReplyOutlet, Sealed } from "../../../types/mod.ts";
import { RuntimeDecline } from "../../olap_backend.ts";
import type { Division } from "../physical/team.ts";
import type { PlanStatement } from "../plan/plan.ts";
import type { PlanProfile } from "../plan/plan_tree.ts";
import type { TableSnapshot } from "../storage/table_snapshot.ts";
import type { PackedColumns } from "./packed_columns.ts";

/** What a thread of a team is started with. */
export interface TeamThreadData {
  readonly index: number;
  /** See {@linkcode CONTROL}. */
  readonly control: Int32Array;
  readonly replies: ReplyOutlet;
}

/** What a thread is asked for, one at a time. */
export type TeamRequest =
  /** Comes before the first statement of several threads: the ports to the other threads, by index, none to itself. */
  | { readonly kind: "meet"; readonly ports: readonly (MessagePort | null)[] }
  | {
    readonly kind: "run";
    /** Counts the team's statements, from 1. */
    readonly number: number;
    readonly statement: PlanStatement;
    readonly tables: Sealed<ReadonlyMap<string, TableSnapshot>>;
    /** Threads that run it: those with the lowest indexes. */
    readonly members: number;
    readonly memoryLimitBytes: number;
    readonly division: Division;
    /** Whether to tell what each operator did. */
    readonly profiled: boolean;
  };

/** The answer to `run`. Only the first thread gives the rows. */
export type TeamReply =
  | { readonly kind: "rows"; readonly rows: PackedColumns; readonly profile: PlanProfile | null }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Places in the shared array by which a team is controlled; each in a cache line of its own. */
export const CONTROL = {
  /** Not 0 when the statement is to end. */
  cancelled: 0,
  /** Not 0 when a thread has failed. */
  failed: 16,
  /** Arrivals at meeting points of the statement. */
  arrived: 32,
  /** Meeting points passed. */
  passed: 48,
  /** Memory the statement uses, see `MemoryBudget`. */
  memory: 64,
  /** The next piece of work, for {@linkcode DIVISIONS} divisions in turn. */
  work: 80,
  length: 80 + 4 * 16,
} as const;

export const DIVISIONS = 4;

/** An error on its way between threads, which keep only the message of an `Error`. */
export type Failure =
  | { readonly kind: "rhei"; readonly code: RheiErrorCode; readonly message: string; readonly hint: string | undefined }
  | { readonly kind: "decline"; readonly reason: string }
  /** Another thread failed, and tells why. */
  | { readonly kind: "followed" }
  | { readonly kind: "other"; readonly message: string };

export function packFailure(error: unknown): Failure {
  if (error instanceof RuntimeDecline) return { kind: "decline", reason: error.message };
  if (error instanceof Unanalysable) return { kind: "decline", reason: error.reason };
  if (error instanceof RheiError) return { kind: "rhei", code: error.code, message: error.message, hint: error.hint };
  return { kind: "other", message: messageOf(error) };
}

export function unpackFailure(failure: Exclude<Failure, { readonly kind: "followed" }>): Error {
  switch (failure.kind) {
    case "decline":
      return new RuntimeDecline(failure.reason);
    case "rhei":
      return new RheiError(failure.code, failure.message, failure.hint === undefined ? {} : { hint: failure.hint });
    case "other":
      return new Error(failure.message);
  }
}
