import { Random } from "../../fuzz/random.ts";
import { randomStatement } from "../random_workload.ts";
import { ARROW_STEPS, DUCKDB_STEPS, type Effect, type FailurePoint, type Step, STEPS } from "./failure_point.ts";
import { isLedger, transfer } from "./ledger.ts";
import type { Action, Backend, Death, Mode, Plan } from "./plan.ts";
import { schemaChange } from "./schema_changes.ts";
import { TABLES, type TableSet } from "./table_sets.ts";

/** So many changes of few rows that the log is pruned without waiting for an idle moment, and changed rows are read by a scan. */
const MANY_CHANGES = "insert or replace into twin(id, v) " +
  "with recursive up(i) as (values (1) union all select i + 1 from up where i < 1200) select i % 9, 'many ' || i from up";

const ACTIONS_MIN = 8;
const ACTIONS_MAX = 20;

/** The run of a seed. */
export function makePlan(seed: number, backend: Backend, mode: Mode): Plan {
  const random = new Random(seed);
  const tables = random.weighted<TableSet>([[4, "cascades"], [4, "keys"], [4, "computed"], [1, "all"]]);
  const inFile = random.chance(1 / 4);
  const maker = new ActionMaker(random, tables, backend, inFile);
  const count = random.int(ACTIONS_MIN, ACTIONS_MAX);
  const actions: Action[] = [];
  while (actions.length < count) actions.push(...maker.actions());
  return {
    seed,
    backend,
    mode,
    inFile,
    tables,
    isTracked: !random.chance(1 / 10),
    batchRows: 1 + random.int(0, 39),
    foreignPragmas: [`pragma foreign_keys = ${random.int(0, 1)}`, `pragma recursive_triggers = ${random.int(0, 1)}`],
    actions: mode === "temporal" ? actions.map(withoutForeignTransfer) : actions,
  };
}

/** Times of transactions that others write are known by their statements only: the history may show half of one. */
function withoutForeignTransfer(action: Action): Action {
  if (action.kind === "transaction" && action.writer === "foreign") {
    return { ...action, statements: action.statements.filter((sql) => !isLedger(sql)), syncAfter: -1 };
  }
  if (action.kind !== "trap" || action.trap.effect.kind !== "foreign") return action;
  const statements = action.trap.effect.statements.filter((sql) => !isLedger(sql));
  return { kind: "trap", trap: { ...action.trap, effect: { kind: "foreign", statements } } };
}

/** Makes actions that follow one another. */
class ActionMaker {
  readonly #random: Random;
  readonly #tables: readonly string[];
  readonly #backend: Backend;
  readonly #inFile: boolean;

  constructor(random: Random, tables: TableSet, backend: Backend, inFile: boolean) {
    this.#random = random;
    this.#tables = TABLES[tables];
    this.#backend = backend;
    this.#inFile = inFile;
  }

  actions(): Action[] {
    const random = this.#random;
    return random.weighted<() => Action[]>([
      [20, () => [this.#transaction()]],
      [12, () => [this.#sync()]],
      [20, () => this.#trapped()],
      [4, () => [this.#schemaChange()]],
      [2, () => [{ kind: "checkpoint", beside: random.chance(1 / 2) }]],
      [1, () => [{ kind: "restart" }]],
      [2, () => [{ kind: "die", death: this.#death() }]],
      [1, () => [{ kind: "rebuild", table: random.chance(1 / 6) ? null : this.#table() }]],
      [1, () => [{
        kind: "retrack",
        table: this.#table(),
        meanwhile: random.chance(1 / 2) ? [this.#statement()] : [],
        history: random.pick(["keep", "discard"] as const),
      }]],
    ])();
  }

  #table(): string {
    return this.#random.pick([...this.#tables, "account", "twin"]);
  }

  #statement(): string {
    return randomStatement(this.#random, this.#tables);
  }

  #sync(): Action {
    return { kind: "sync", by: this.#random.pick(["syncNow", "syncNow", "catchUp", "verify"] as const) };
  }

  #transaction(): Action {
    const random = this.#random;
    const writer = random.pick(["engine", "foreign"] as const);
    if (random.chance(1 / 6)) return { kind: "alone", writer, statements: [this.#statement()] };
    const statements: string[] = [];
    for (let count = random.int(1, 4); count > 0; count--) statements.push(...this.#statements());
    return {
      kind: "transaction",
      writer,
      statements,
      end: random.chance(1 / 8) ? "rollback" : "commit",
      syncAfter: random.chance(1 / 10) ? random.int(0, statements.length - 1) : -1,
    };
  }

  #statements(): string[] {
    const random = this.#random;
    if (random.chance(1 / 3)) return transfer(random);
    if (random.chance(1 / 40)) return [MANY_CHANGES];
    if (!random.chance(1 / 8)) return [this.#statement()];
    const end = random.chance(1 / 2) ? ["rollback to inner", "release inner"] : ["release inner"];
    return ["savepoint inner", this.#statement(), this.#statement(), ...end];
  }

  #schemaChange(): Action {
    const { statements, atOnce } = schemaChange(this.#random, this.#tables);
    const writer = this.#random.pick(["engine", "foreign"] as const);
    return atOnce
      ? { kind: "transaction", writer, statements, end: "commit", syncAfter: -1 }
      : { kind: "alone", writer, statements };
  }

  /** One way or another. */
  #checkpoint(): Action {
    if (this.#random.chance(1 / 3)) return { kind: "restart" };
    return { kind: "checkpoint", beside: this.#random.chance(1 / 3) };
  }

  #death(): Death {
    return this.#random.chance(1 / 2) ? { kind: "crash" } : { kind: "power loss", seed: this.#random.int(0, 1e6) };
  }

  /** A trap, and then what is likely to walk into it. */
  #trapped(): Action[] {
    const random = this.#random;
    const foreign = this.#backend === "arrow" ? DUCKDB_STEPS : ARROW_STEPS;
    const isInCommit = this.#backend === "duckdb" && random.chance(1 / 4);
    const step = random.pick(isInCommit ? [...DUCKDB_STEPS] : STEPS.filter((each) => !foreign.has(each)));
    const point: FailurePoint = `${random.pick(["before", "after"] as const)} ${step}`;
    const skip = random.chance(1 / 2) ? 0 : random.int(0, 5);
    return [{ kind: "trap", trap: { point, skip, effect: this.#effect(step) } }, ...this.#bait(step)];
  }

  #effect(step: Step): Effect {
    const random = this.#random;
    return random.weighted<() => Effect>([
      [8, () => this.#death()],
      [4, () => {
        // A mirror that cannot be read is rebuilt by design: that is no failure to look for.
        if (step === "file read") return this.#death();
        return { kind: "error", error: random.pick(["busy", "input/output", "full"] as const) };
      }],
      [3, () => {
        const isSchemaChange = random.chance(1 / 4);
        const statements = isSchemaChange ? schemaChange(random, this.#tables).statements : [this.#statement()];
        return {
          kind: "foreign",
          statements: random.chance(1 / 2) ? [...statements, ...transfer(random)] : statements,
        };
      }],
      // Between DuckDB's commit and the backend's hearing of it, the rows are newer than the state it tells: nothing is promised of that.
      [2, () => step === "durable commit" ? this.#death() : { kind: "look" }],
    ])();
  }

  #bait(step: Step): Action[] {
    switch (step) {
      case "checkpoint":
      case "file write":
      case "file sync":
      case "folder sync":
      case "manifest replacement":
      case "file removal":
        return [this.#transaction(), this.#sync(), this.#checkpoint()];
      case "prune":
        return [this.#transaction(), this.#sync(), { kind: "restart" }];
      case "file read":
      case "mirror state read":
        return [this.#inFile ? { kind: "restart" } : { kind: "die", death: this.#death() }, this.#sync()];
      case "table drop":
        return [{ kind: "alone", writer: "foreign", statements: ["drop table other_twin"] }, this.#sync()];
      case "position read":
        return [this.#transaction(), { kind: "sync", by: "lag" }];
      case "reset":
        return [{ kind: "rebuild", table: null }];
      case "renewal":
      case "renewal write":
      case "schema read":
      case "table creation":
      case "load":
        return [this.#schemaChange(), this.#sync()];
      default:
        return [this.#random.chance(3 / 4) ? this.#transaction() : this.#schemaChange(), this.#sync()];
    }
  }
}
