import { type Backend, openDualEngine } from "../support/dual_engine.ts";
import { emptyTally, fuzzSeed, type FuzzTally } from "./differential.ts";
import { Random } from "./random.ts";
import { FuzzSession } from "./session.ts";

/** Statements compared on the database of one seed. */
export const STATEMENTS_PER_SEED = 125;

/** Runs consecutive seeds until `statements` are done; `onSeed` hears of each finished one and may end the run by `false`. */
export async function runSeeds(
  firstSeed: number,
  statements: number,
  onSeed: (seed: number, tally: FuzzTally) => boolean = () => true,
  backend: Backend = "duckdb",
): Promise<FuzzTally> {
  const tally = emptyTally();
  let left = statements;
  for (let seed = firstSeed; left > 0; seed++) {
    const share = Math.min(left, STATEMENTS_PER_SEED);
    await using engine = await openDualEngine(backend);
    await fuzzSeed(seed, new FuzzSession(new Random(seed)), engine, share, tally);
    left -= share;
    if (!onSeed(seed, tally)) break;
  }
  return tally;
}
