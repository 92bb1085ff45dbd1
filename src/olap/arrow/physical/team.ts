/**
 * The threads that run one statement. All run it in step, from the same plan over the same snapshots: what is small each computes for
 * itself, what is large they divide, and then each takes over what the others found. So at every breaker all hold the same rows, and
 * generate the same code for what follows (data parallelism as in a single-program, multiple-data machine; the morsels are those of
 * Leis et al., "Morsel-Driven Parallelism", SIGMOD 2014).
 */
export interface Team {
  readonly size: number;
  readonly index: number;
  /** Begins a division of work: each call of what it gives takes another number from 0 up, none twice over all threads. */
  divide(): () => number;
  /**
   * Waits for all and gives everyone's value, by index. Typed arrays over a `SharedArrayBuffer` are shared, the rest is copied.
   *
   * @throws {TeamFailure} When another thread has failed.
   */
  exchange<T>(value: T): readonly T[];
}

/** From where on dividing work over threads pays for bringing the results together. */
export interface Division {
  /** Rows from which threads divide a pipeline, or linking the rows of a join. */
  readonly rows: number;
  /** Rows in a stretch at least. */
  readonly stretchRows: number;
  /** Groups from which threads divide them among themselves. */
  readonly groups: number;
}

export const DIVISION: Division = { rows: 16_384, stretchRows: 2048, groups: 20_000 };

/** Another thread of the team has failed, and tells why itself. */
export class TeamFailure extends Error {
  override name = "TeamFailure";
}

/** A thread by itself. */
export const ALONE: Team = {
  size: 1,
  index: 0,
  divide() {
    let next = 0;
    return () => next++;
  },
  exchange: (value) => [value],
};

/** What a generated function fills, when several threads run it. */
export interface Sharing {
  /** Whether each thread runs it over some of the rows; otherwise each runs it over all and takes what is its part. */
  readonly divided: boolean;
  /** This thread begins a stretch of rows; stretches are numbered in the order of their rows. */
  begin(stretch: number): void;
  /** Brings everyone's part together; afterwards all threads hold the same. */
  gather(team: Team): void;
}
