import { type ComparisonRules, differenceOf, type Outcome, sameEnd } from "../support/differential.ts";
import type { DualEngine, DualStatement } from "../support/dual_engine.ts";
import { type Fragment, render, type RenderedStatement, shrinkSteps, type WriteVersions } from "./fragment.ts";
import { minimiseData } from "./minimise_data.ts";
import { restyle } from "./restyle.ts";
import type { FuzzQuery, FuzzSession } from "./session.ts";

/** A statement on which the two engines disagree, and all it takes to see it again. */
export interface Disagreement {
  readonly seed: number;
  readonly statement: RenderedStatement;
  readonly difference: string;
  /** Smaller statement that still differs, and what the engines say to it. */
  readonly minimised: RenderedStatement;
  readonly minimisedExpected: Outcome;
  readonly minimisedActual: Outcome;
  /** Smallest set-up found that shows it, or `null` when only the whole path of changes does. */
  readonly script: readonly string[] | null;
}

/** Engines over a database whose tables may have a past. */
export interface FuzzEngine extends DualEngine {
  readonly past?: {
    /** Makes known what {@linkcode written} and {@linkcode copied} need after a change. */
    settle(): Promise<void>;
    /** A reference to versions as users write it. */
    readonly written: WriteVersions;
    /** The same for SQLite, which reads a table of these versions. */
    readonly copied: WriteVersions;
    /** What SQLite says where it visits rows the other way round, or without indexes: what that changes is nobody's promise. */
    inOtherOrders(statement: DualStatement): Promise<readonly Outcome[]>;
  };
}

/** What a run came to. */
export interface FuzzTally {
  statements: number;
  /** Both engines answered and were compared. */
  compared: number;
  /** SQLite refused the statement. */
  refused: number;
  /** By cause and reason, names left out. */
  readonly declined: Map<string, number>;
  /** Statements over versions that libSQL answered over copies, by reason, names left out. */
  readonly leftToLibsql: Map<string, number>;
  /** The answer is not determined by the statement: SQLite gives another where it visits rows in another order. */
  open: number;
  /** Statements of the plausible kind, and how many of them were declined. */
  tame: number;
  tameDeclined: number;
  readonly disagreements: Disagreement[];
}

export function emptyTally(): FuzzTally {
  return {
    statements: 0,
    compared: 0,
    refused: 0,
    declined: new Map(),
    leftToLibsql: new Map(),
    open: 0,
    tame: 0,
    tameDeclined: 0,
    disagreements: [],
  };
}

/** Statements between two rounds of changes to the data. */
const QUERIES_PER_CHANGE = 10;

/** One statement in so many is run again after the next change. */
const QUERIES_PER_REPEATED = 3;

/** Enough to see a pattern; each costs a second or two to make smaller. */
const DISAGREEMENTS_PER_SEED_MAX = 3;

/** Runs a shrink may cost. */
const SHRINK_RUNS_MAX = 400;

/** What "the same" means: floats of aggregates may differ in the last bits, as the order of summing is nobody's promise. */
function rulesFor(statement: RenderedStatement, query: FuzzQuery, session: FuzzSession): ComparisonRules {
  const sums = /\b(sum|avg|total)\s*\(/i.test(statement.sql) ||
    session.setup.some((sql) => /VIEW.*\b(sum|avg|total)\(/is.test(sql));
  const collates = /collate/i.test(statement.sql) ||
    session.tables.some((table) => table.columns.some((column) => column.collated));
  return { realTolerance: sums ? 1e-12 : 0, order: query.orderKeys, looseText: collates };
}

/** A statement with what both engines said. */
interface Verdict {
  readonly fragment: Fragment;
  readonly statement: RenderedStatement;
  readonly expected: Outcome;
  readonly actual: Outcome;
  readonly difference: string | null;
  /** Nothing was compared, as SQLite itself has more than one answer. */
  readonly open: boolean;
}

class Comparison {
  readonly #engine: FuzzEngine;
  readonly #session: FuzzSession;
  readonly #query: FuzzQuery;

  constructor(engine: FuzzEngine, session: FuzzSession, query: FuzzQuery) {
    this.#engine = engine;
    this.#session = session;
    this.#query = query;
  }

  async run(fragment: Fragment, hand: number): Promise<Verdict> {
    const { past } = this.#engine;
    await past?.settle();
    const statement = this.#statement(fragment, hand, past?.written);
    const overCopies = past === undefined ? statement : this.#statement(fragment, hand, past.copied);
    const rules = rulesFor(statement, this.#query, this.#session);
    const expected = await this.#engine.oltp(overCopies);
    const actual = await this.#engine.olap(statement);
    const difference = differenceOf(expected, actual, rules);
    if (difference === null || past === undefined) {
      return { fragment, statement, expected, actual, difference, open: false };
    }
    const others = await past.inOtherOrders(overCopies);
    const open = saysOpen(actual) || others.some((other) => differenceOf(expected, other, rules) !== null);
    return { fragment, statement, expected, actual, difference: open ? null : difference, open };
  }

  #statement(fragment: Fragment, hand: number, write?: WriteVersions): RenderedStatement {
    const { sql, params } = render(fragment, this.#query.style, write);
    return { sql: restyle(sql, hand), params };
  }

  /** Makes a differing statement smaller as long as it differs in the same way. */
  async shrink(verdict: Verdict): Promise<Verdict> {
    const kind = kindOfDifference(verdict.difference!);
    const plain = await this.run(verdict.fragment, 0);
    const asPlain = plain.difference !== null && kindOfDifference(plain.difference) === kind;
    const hand = asPlain ? 0 : this.#query.hand;
    let best = asPlain ? plain : verdict;
    let runs = 0;
    for (let progress = true; progress && runs < SHRINK_RUNS_MAX;) {
      progress = false;
      for (const candidate of shrinkSteps(best.fragment, kind === "order")) {
        if (render(candidate).sql.length >= render(best.fragment).sql.length) continue;
        if (++runs > SHRINK_RUNS_MAX) break;
        const next = await this.run(candidate, hand);
        if (next.difference === null || !sameEnd(next.expected, verdict.expected)) continue;
        if (kindOfDifference(next.difference) !== kind) continue;
        best = next;
        progress = true;
        break;
      }
    }
    return best;
  }

  /** A verdict that differs, made small. */
  async explain(seed: number, verdict: Verdict): Promise<Disagreement> {
    const minimised = await this.shrink(verdict);
    const rules = rulesFor(minimised.statement, this.#query, this.#session);
    return {
      seed,
      statement: verdict.statement,
      difference: verdict.difference!,
      minimised: minimised.statement,
      minimisedExpected: minimised.expected,
      minimisedActual: minimised.actual,
      script: this.#engine.past !== undefined
        ? null
        : await minimiseData(this.#engine, this.#session, minimised.statement, minimised.expected, rules),
    };
  }
}

/** The mirror left the statement to libSQL because of ties: the order of rows in tables of versions is then that of their plan. */
function saysOpen(actual: Outcome): boolean {
  return actual.kind === "rows" && /\b(open|tie)\b/.test(actual.leftToLibsql ?? "");
}

function kindOfDifference(difference: string): string {
  if (difference.startsWith("order")) return "order";
  if (/^(column names|declared types)/.test(difference)) return "columns";
  if (difference.startsWith("SQLite fails")) return "answer";
  return difference.startsWith("the mirror fails") ? "failure" : "rows";
}

/**
 * Runs statements of one seed on both engines, changing the data between them; some are run again after a change, for what was
 * compiled before it. Stops after a few disagreements: a defect in the mirror's data would only repeat itself.
 */
export async function fuzzSeed(
  seed: number,
  session: FuzzSession,
  engine: FuzzEngine,
  statements: number,
  tally: FuzzTally,
): Promise<void> {
  for (const sql of session.setup) await write(engine, sql);
  const known = tally.disagreements.length;
  const compare = async (query: FuzzQuery): Promise<Verdict> => {
    const comparison = new Comparison(engine, session, query);
    const verdict = await comparison.run(query.fragment, query.hand);
    if (verdict.difference !== null) tally.disagreements.push(await comparison.explain(seed, verdict));
    return verdict;
  };
  let repeated: FuzzQuery[] = [];
  for (let i = 0; i < statements; i++) {
    if (i % QUERIES_PER_CHANGE === QUERIES_PER_CHANGE - 1) {
      for (const sql of session.nextChanges()) await write(engine, sql);
      for (const query of repeated) await compare(query);
      repeated = [];
    }
    // The last statements of a seed read whole tables: what the mirror holds after all changes.
    const query = session.wholeTable(statements - 1 - i) ?? session.nextQuery();
    if (i % QUERIES_PER_REPEATED === 0) repeated.push(query);
    tally.statements += 1;
    count(tally, await compare(query), query.tame);
    if (tally.disagreements.length - known >= DISAGREEMENTS_PER_SEED_MAX) return;
  }
}

async function write(engine: FuzzEngine, sql: string): Promise<void> {
  try {
    await engine.execute(sql);
  } catch (error) {
    // A constraint that refuses a generated change is expected; the statement then changed nothing.
    if (!/constraint/i.test(String(error))) {
      throw new Error(`Cannot run generated statement: ${sql}`, { cause: error });
    }
  }
}

function count(tally: FuzzTally, { expected, actual, open }: Verdict, tame: boolean): void {
  if (open) tally.open += 1;
  if (actual.kind === "rows" && actual.leftToLibsql !== undefined) {
    const reason = actual.leftToLibsql.replaceAll(/"[^"]*"/g, '"…"');
    tally.leftToLibsql.set(reason, (tally.leftToLibsql.get(reason) ?? 0) + 1);
  }
  if (tame) {
    tally.tame += 1;
    if (actual.kind === "declined") tally.tameDeclined += 1;
  }
  if (expected.kind === "error") tally.refused += 1;
  if (actual.kind === "declined") {
    const reason = `${actual.cause}: ${actual.reason.replaceAll(/"[^"]*"/g, '"…"')}`;
    tally.declined.set(reason, (tally.declined.get(reason) ?? 0) + 1);
  } else if (expected.kind === "rows" && !open) tally.compared += 1;
}
