import { type Backend, openDualEngine } from "../support/dual_engine.ts";
import { emptyTally, fuzzSeed, type FuzzTally } from "./differential.ts";
import { PastEngine } from "./past/past_engine.ts";
import { Random } from "./random.ts";
import { FuzzSession } from "./session.ts";

/** Statements compared on the database of one seed. */
export const STATEMENTS_PER_SEED = 125;

/**
 * Runs consecutive seeds until `statements` are done.
 *
 * @param onSeed Hears of each finished one and may end the run by `false`.
 * @param withPast Whether tables have a past and statements ask for versions of rows.
 */
export async function runSeeds(
  firstSeed: number,
  statements: number,
  onSeed: (seed: number, tally: FuzzTally) => boolean = () => true,
  backend: Backend = "duckdb",
  withPast = false,
): Promise<FuzzTally> {
  const tally = emptyTally();
  let left = statements;
  for (let seed = firstSeed; left > 0; seed++) {
    const share = Math.min(left, STATEMENTS_PER_SEED);
    const session = new FuzzSession(new Random(seed), withPast);
    await using engine = withPast
      ? await PastEngine.open(backend, session.tables, new Random(seed + 1))
      : await openDualEngine(backend);
    await fuzzSeed(seed, session, engine, share, tally);
    left -= share;
    if (!onSeed(seed, tally)) break;
  }
  return tally;
}
