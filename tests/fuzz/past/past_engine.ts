import { HtapEngine, RheiError } from "../../../mod.ts";
import { type OltpClient, openOltp } from "../../../src/oltp/mod.ts";
import { WorkerExecutor } from "../../../src/olap/arrow/worker_executor.ts";
import type { Outcome } from "../../support/differential.ts";
import { type Backend, type DualStatement, outcomeOf } from "../../support/dual_engine.ts";
import { openTemporal } from "../../support/temporal_engine.ts";
import type { FuzzEngine } from "../differential.ts";
import { type Fragment, plain, render, text } from "../fragment.ts";
import type { Random } from "../random.ts";
import type { FuzzTable } from "../schema.ts";
import { Chronicle, clock } from "./chronicle.ts";
import { Copies } from "./copies.ts";
import type { Period } from "./table_past.ts";
import type { VersionsAsked } from "./versions_asked.ts";
import { instantOf, writeMoment } from "./write_moment.ts";

/** What is asked for, its times known by now. */
interface Resolved {
  readonly period: Period;
  readonly written: Fragment;
}

/**
 * A database kept in temporal mode beside a plain one in which the same statements run. The plain one is copied after each transaction;
 * what rhei answers over versions is compared with what SQLite answers over tables made from the copies.
 */
export class PastEngine implements FuzzEngine {
  readonly backend: Backend;
  readonly past: NonNullable<FuzzEngine["past"]>;
  readonly #engine: HtapEngine;
  readonly #plain: OltpClient;
  readonly #chronicle: Chronicle;
  readonly #copies: Copies;
  readonly #resolved = new Map<VersionsAsked, Resolved>();
  /** Statements of the transaction under way. */
  #together: string[] | null = null;

  private constructor(
    backend: Backend,
    engine: HtapEngine,
    plain: OltpClient,
    tables: readonly FuzzTable[],
    random: Random,
  ) {
    this.backend = backend;
    this.#engine = engine;
    this.#plain = plain;
    this.#chronicle = new Chronicle(engine, plain, tables, random);
    this.#copies = new Copies(plain, this.#chronicle);
    this.past = {
      settle: async () => {
        if (await this.#chronicle.settle()) this.#copies.forget();
      },
      written: (asked) => this.#resolve(asked).written,
      copied: (asked) => text(this.#copies.nameOf(asked, this.#resolve(asked).period)),
      inOtherOrders: async (statement) => [
        await this.#copies.reversed(statement),
        await this.#copies.withoutIndexes(statement),
      ],
    };
  }

  static async open(backend: Backend, tables: readonly FuzzTable[], random: Random): Promise<PastEngine> {
    WorkerExecutor.division = { rows: 4, stretchRows: 3, groups: 4 };
    const engine = await openTemporal(backend, { threads: backend === "arrow" ? 2 : 1 });
    const plain = await openOltp({ path: ":memory:", anyText: true });
    const opened = new PastEngine(backend, engine, plain, tables, random);
    await opened.#chronicle.begin();
    return opened;
  }

  async execute(sql: string): Promise<void> {
    if (sql === "BEGIN") this.#together = [];
    else if (this.#together === null) await this.#chronicle.single(sql);
    else if (sql === "COMMIT" || sql === "ROLLBACK") {
      await this.#chronicle.transaction(this.#together, sql === "COMMIT");
      this.#together = null;
    } else this.#together.push(sql);
  }

  /** What SQLite says, columns named as the statement for the mirror names them. */
  async oltp(statement: DualStatement): Promise<Outcome> {
    const outcome = await this.#copies.answer(statement);
    if (outcome.kind !== "rows") return outcome;
    return {
      ...outcome,
      columns: outcome.columns.map((column) => ({ ...column, name: this.#nameAsWritten(column.name) })),
    };
  }

  async olap(statement: DualStatement): Promise<Outcome> {
    if (!/system_time/i.test(statement.sql)) return await outcomeOf(this.#engine, statement, "olap");
    try {
      const result = await this.#engine.query(statement.sql, statement.params);
      const columns = result.columns.map((column) => ({ ...column, name: withoutNumbers(column.name) }));
      const answer = { kind: "rows", columns, rows: result.exactRows() } as const;
      return result.target === "olap" ? answer : { ...answer, leftToLibsql: result.reason };
    } catch (error) {
      if (!(error instanceof RheiError)) throw error;
      return { kind: "error", code: error.code, message: error.message };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.close();
    await this.#plain.close();
    clock.restore();
  }

  /** Once known, times stay what they are: transactions made later do not move them. */
  #resolve(asked: VersionsAsked): Resolved {
    const known = this.#resolved.get(asked);
    if (known !== undefined) return known;
    const { times } = this.#chronicle;
    const { period } = asked;
    let resolved: Resolved;
    if (period.kind === "all") resolved = { period, written: reference(asked, text("all")) };
    else if (period.kind === "asOf") {
      const at = instantOf(period.at, times);
      resolved = {
        period: { kind: "asOf", at },
        written: reference(asked, plain`as of ${writeMoment(at, period.at.form)}`),
      };
    } else {
      const [from, to] = [instantOf(period.from, times), instantOf(period.to, times)];
      const [first, second] = [writeMoment(from, period.from.form), writeMoment(to, period.to.form)];
      resolved = {
        period: { kind: "between", from, to },
        written: reference(asked, plain`between ${first} and ${second}`),
      };
    }
    this.#resolved.set(asked, resolved);
    return resolved;
  }

  #nameAsWritten(name: string): string {
    if (!name.includes("_past")) return withoutNumbers(name);
    let written = name;
    for (const [asked, copy] of this.#copies.made) {
      written = written.replaceAll(copy, () => render(this.#resolve(asked).written).sql);
    }
    return withoutNumbers(written);
  }
}

/** Parameters are numbered otherwise where times are parameters. */
function withoutNumbers(name: string): string {
  return name.replaceAll(/\?\d+|:p\d+/g, "?");
}

function reference({ table, alias, aliasFirst }: VersionsAsked, period: Fragment): Fragment {
  const clause = plain`for system_time ${period}`;
  if (alias === null) return plain`${table} ${clause}`;
  return aliasFirst ? plain`${table} as ${alias} ${clause}` : plain`${table} ${clause} ${alias}`;
}
