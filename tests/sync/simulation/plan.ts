import { Random } from "../../fuzz/random.ts";
import { randomStatement } from "../random_workload.ts";
import {
  ARROW_STEPS,
  DUCKDB_STEPS,
  type Effect,
  type FailurePoint,
  type Step,
  STEPS,
  type Trap,
} from "./failure_point.ts";
import { transfer } from "./ledger.ts";
import { schemaChange } from "./schema_changes.ts";

export type Backend = "duckdb" | "arrow";

/** Who writes: the engine's own client, or a connection that knows nothing of it. */
export type Writer = "engine" | "foreign";

/** Something done to the engine or its database. */
export type Action =
  | {
    readonly kind: "transaction";
    readonly writer: Writer;
    readonly statements: readonly string[];
    readonly end: "commit" | "rollback";
    /** A sync after so many statements, while the transaction is open; -1 for none. */
    readonly syncAfter: number;
  }
  /** Statements each of its own transaction. */
  | { readonly kind: "alone"; readonly writer: Writer; readonly statements: readonly string[] }
  | { readonly kind: "sync"; readonly by: "syncNow" | "catchUp" | "verify" }
  | { readonly kind: "rebuild"; readonly table: string | null }
  | { readonly kind: "retrack"; readonly table: string; readonly meanwhile: readonly string[] }
  | { readonly kind: "checkpoint" }
  /** Closes everything as a program does, and opens it again. */
  | { readonly kind: "restart" }
  | { readonly kind: "die"; readonly effect: Effect & { kind: "crash" | "power loss" } }
  | { readonly kind: "trap"; readonly trap: Trap };

/** A run, made from its seed and nothing else; any part of the actions is a run too. */
export interface Plan {
  readonly seed: number;
  readonly backend: Backend;
  /** Whether DuckDB keeps its mirror in a file; the Arrow store always writes to a simulated disk. */
  readonly inFile: boolean;
  readonly batchRows: number;
  readonly foreignPragmas: readonly string[];
  readonly actions: readonly Action[];
}

const ACTIONS_MIN = 8;
const ACTIONS_MAX = 20;

/** The run of a seed. */
export function planOf(seed: number, backend: Backend): Plan {
  const random = new Random(seed);
  const inFile = random.chance(1 / 4);
  const batchRows = 1 + random.int(0, 39);
  const foreignPragmas = [
    `pragma foreign_keys = ${random.int(0, 1)}`,
    `pragma recursive_triggers = ${random.int(0, 1)}`,
  ];
  const actions: Action[] = [];
  const count = random.int(ACTIONS_MIN, ACTIONS_MAX);
  while (actions.length < count) actions.push(...randomActions(random, backend, inFile));
  return { seed, backend, inFile, batchRows, foreignPragmas, actions };
}

function randomActions(random: Random, backend: Backend, inFile: boolean): Action[] {
  const sync = (): Action => ({ kind: "sync", by: random.pick(["syncNow", "syncNow", "catchUp", "verify"] as const) });
  return random.weighted<() => Action[]>([
    [20, () => [randomTransaction(random)]],
    [12, () => [sync()]],
    [10, () => trapped(random, backend, inFile, sync)],
    [4, () => [randomSchemaChange(random)]],
    [2, () => [{ kind: "checkpoint" }]],
    [1, () => [{ kind: "restart" }]],
    [2, () => [{ kind: "die", effect: deadly(random) }]],
    [1, () => [{ kind: "rebuild", table: random.chance(1 / 6) ? null : random.pick(TABLES) }]],
    [1, () => [{
      kind: "retrack",
      table: random.pick(TABLES),
      meanwhile: random.chance(1 / 2) ? [randomStatement(random)] : [],
    }]],
  ])();
}

const TABLES = ["plain", "wide", "heap", "child", "indexed", "mixed", "late", "tree", "account", "twin"];

function randomTransaction(random: Random): Action {
  const writer = random.pick(["engine", "foreign"] as const);
  if (random.chance(1 / 6)) return { kind: "alone", writer, statements: [randomStatement(random)] };
  const statements: string[] = [];
  for (let count = random.int(1, 4); count > 0; count--) statements.push(...statementsOfOneKind(random));
  return {
    kind: "transaction",
    writer,
    statements,
    end: random.chance(1 / 8) ? "rollback" : "commit",
    syncAfter: random.chance(1 / 10) ? random.int(0, statements.length) : -1,
  };
}

function statementsOfOneKind(random: Random): string[] {
  if (random.chance(1 / 3)) return transfer(random);
  if (random.chance(1 / 8)) {
    const end = random.pick(["rollback to inner; release inner", "release inner"]);
    return ["savepoint inner", randomStatement(random), randomStatement(random), ...end.split("; ")];
  }
  return [randomStatement(random)];
}

function randomSchemaChange(random: Random): Action {
  const { statements, atOnce } = schemaChange(random);
  const writer = random.pick(["engine", "foreign"] as const);
  return atOnce
    ? { kind: "transaction", writer, statements, end: "commit", syncAfter: -1 }
    : { kind: "alone", writer, statements };
}

function deadly(random: Random): Effect & { kind: "crash" | "power loss" } {
  return random.chance(1 / 2) ? { kind: "crash" } : { kind: "power loss", seed: random.int(0, 1e6) };
}

/** A trap, and then what is likely to walk into it. */
function trapped(random: Random, backend: Backend, inFile: boolean, sync: () => Action): Action[] {
  const steps = STEPS.filter((step) => backend === "arrow" ? !DUCKDB_STEPS.has(step) : !ARROW_STEPS.has(step));
  const step = random.pick(steps);
  const point: FailurePoint = `${random.pick(["before", "after"] as const)} ${step}`;
  const trap = { point, skip: random.chance(1 / 2) ? 0 : random.int(0, 5), effect: randomEffect(random, point) };
  return [{ kind: "trap", trap }, ...bait(random, step, inFile, sync)];
}

function randomEffect(random: Random, point: FailurePoint): Effect {
  return random.weighted<() => Effect>([
    [8, () => deadly(random)],
    [4, () => {
      // A mirror that cannot be read is rebuilt by design: that is no failure to look for.
      if (point.endsWith("file read")) return { kind: "crash" };
      return { kind: "error", error: random.pick(["busy", "input/output", "full"] as const) };
    }],
    [3, () => {
      const { statements } = random.chance(1 / 4) ? schemaChange(random) : { statements: [randomStatement(random)] };
      return { kind: "foreign", statements: random.chance(1 / 2) ? [...statements, ...transfer(random)] : statements };
    }],
    [2, () => ({ kind: "look" })],
  ])();
}

function bait(random: Random, step: Step, inFile: boolean, sync: () => Action): Action[] {
  const change = () => random.chance(1 / 2) ? randomTransaction(random) : randomSchemaChange(random);
  switch (step) {
    case "checkpoint":
    case "file write":
    case "file sync":
    case "folder sync":
    case "manifest replacement":
    case "file removal":
      return [randomTransaction(random), sync(), { kind: random.chance(1 / 3) ? "restart" : "checkpoint" }];
    case "prune":
      return [randomTransaction(random), sync(), { kind: "restart" }];
    case "file read":
    case "mirror state read":
      return [{ kind: inFile ? "restart" : "die", effect: { kind: "crash" } }, sync()];
    case "reset":
      return [{ kind: "rebuild", table: null }];
    case "renewal":
    case "renewal write":
    case "table creation":
    case "table drop":
    case "load":
    case "schema read":
      return [randomSchemaChange(random), sync()];
    default:
      return [change(), sync()];
  }
}
