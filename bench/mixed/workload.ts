import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { resultHash } from "../support/result_hash.ts";
import type { Contender, Reader } from "./contender.ts";
import { type Dataset, freshnessTable } from "./dataset.ts";
import { CommitTimes, type FreshnessScore, scoreOf } from "./freshness.ts";
import { STAR_QUERIES, withFreshness } from "./queries.ts";
import { OrderKeys, TransactionalClient } from "./transactions.ts";

/** One point of the plane: how many clients of each kind work at once. */
export interface Load {
  readonly tClients: number;
  readonly aClients: number;
}

/** What came of a load. */
export interface Point extends Load {
  /** Transactions per second of all clients. */
  readonly tThroughput: number;
  /** Time of a transaction from its begin to its commit, in milliseconds; one in a hundred takes longer. */
  readonly tP99Ms: number;
  /** Queries per second of all clients. */
  readonly aThroughput: number;
  /** Queries that a mirror answered. */
  readonly mirrored: number;
  readonly freshness: FreshnessScore;
}

/** For how long a load is measured. */
export interface Duration {
  /** Analytical clients finish the set of queries they are in, so that all queries count alike. */
  readonly seconds: number;
  /** Transactions run alone for so long before anything counts. */
  readonly warmUpSeconds: number;
}

interface ClientTimes {
  readonly commits: CommitTimes;
  readonly tookMs: number[];
}

/** Puts loads on a contender, each of which begins with the rows the dataset had. */
export class Workload {
  readonly #contender: Contender;
  readonly #dataset: Dataset;
  readonly #clientsMax: number;
  readonly #queries: readonly string[];
  readonly #readers: Reader[] = [];

  /** @param clientsMax The most clients of either kind. */
  constructor(contender: Contender, dataset: Dataset, clientsMax: number) {
    this.#contender = contender;
    this.#dataset = dataset;
    this.#clientsMax = clientsMax;
    // Every load runs the same texts, so that their times compare.
    this.#queries = STAR_QUERIES.map(({ sql }) => withFreshness(sql, clientsMax));
  }

  async run(load: Load, { seconds, warmUpSeconds }: Duration): Promise<Point> {
    const { tClients, aClients } = load;
    await this.#restore();
    while (this.#readers.length < aClients) this.#readers.push(await this.#contender.openReader());
    const orders = new OrderKeys(this.#dataset.nextOrder);
    const times: ClientTimes[] = Array.from({ length: tClients }, () => ({ commits: new CommitTimes(), tookMs: [] }));
    const control = { ended: false };
    const transacting = times.map((own, at) =>
      transact(new TransactionalClient(this.#contender, this.#dataset, orders, at + 1), own, control)
    );
    if (tClients > 0) await pause(warmUpSeconds * 1000);
    const fromMs = performance.now();
    const untilMs = fromMs + seconds * 1000;
    const commits = times.map((own) => own.commits);
    const analysing = this.#readers.slice(0, aClients).map((reader, at) => this.#analyse(reader, at, untilMs, commits));
    if (aClients === 0) await pause(seconds * 1000);
    const answers = await Promise.all(analysing);
    const toMs = Math.min(performance.now(), ...answers.map(({ endedMs }) => endedMs));
    control.ended = true;
    await Promise.all(transacting);
    const committed = commits.reduce((sum, own) => sum + own.within(fromMs, toMs), 0);
    const tookMs = times.flatMap((own) => own.tookMs).sort((a, b) => a - b);
    return {
      ...load,
      tThroughput: committed / (toMs - fromMs) * 1000,
      tP99Ms: tookMs[Math.floor(tookMs.length * 0.99)] ?? 0,
      aThroughput: answers.reduce((sum, { staleMs, endedMs }) => sum + staleMs.length / (endedMs - fromMs) * 1000, 0),
      mirrored: answers.reduce((sum, { mirrored }) => sum + mirrored, 0),
      freshness: scoreOf(answers.flatMap(({ staleMs }) => staleMs)),
    };
  }

  /** What all queries answer over the rows the dataset had: the same for every contender. */
  async hashAtStart(): Promise<string> {
    await this.#restore();
    return this.hashNow();
  }

  async hashNow(): Promise<string> {
    const reader = this.#readers[0] ?? await this.#contender.openReader();
    if (this.#readers.length === 0) this.#readers.push(reader);
    const answers: unknown[][] = [];
    for (const [at, sql] of this.#queries.entries()) {
      for (const row of (await reader.query(sql)).rows) answers.push([at, ...row.slice(this.#clientsMax)]);
    }
    return resultHash(answers);
  }

  async close(): Promise<void> {
    for (const reader of this.#readers.splice(0)) await reader.close();
  }

  /** Takes away what the load before has added. */
  async #restore(): Promise<void> {
    await this.#contender.transaction(async (session) => {
      await session.execute("DELETE FROM lineorder WHERE lo_orderkey >= ?", [this.#dataset.nextOrder]);
      await session.execute("DELETE FROM history", []);
      for (let client = 1; client <= this.#clientsMax; client++) {
        await session.execute(`UPDATE ${freshnessTable(client)} SET f_txn = 0`, []);
      }
    });
    await this.#contender.settle();
  }

  /** Runs whole sets of queries until the time is over; clients begin their sets with different queries. */
  async #analyse(reader: Reader, client: number, untilMs: number, commits: readonly CommitTimes[]): Promise<Answered> {
    const staleMs: number[] = [];
    let mirrored = 0;
    const first = client * 5;
    do {
      for (let at = 0; at < this.#queries.length; at++) {
        const beganMs = performance.now();
        const answer = await reader.query(this.#queries[(first + at) % this.#queries.length]!);
        if (answer.mirrored) mirrored++;
        const row = answer.rows[0];
        if (row === undefined) throw new Error("A query does not tell what it has seen");
        staleMs.push(Math.max(0, ...commits.map((own, of) => own.stalenessMs(Number(row[of]), beganMs))));
        // The next query comes from outside, as the next transaction does.
        await nextTurn();
      }
    } while (performance.now() < untilMs);
    return { staleMs, mirrored, endedMs: performance.now() };
  }
}

interface Answered {
  /** Of each query. */
  readonly staleMs: readonly number[];
  readonly mirrored: number;
  readonly endedMs: number;
}

/** Runs one transaction after the other until told to end. */
async function transact(client: TransactionalClient, times: ClientTimes, control: { ended: boolean }): Promise<void> {
  while (!control.ended) {
    const beganMs = performance.now();
    await client.runNext();
    const endedMs = performance.now();
    times.commits.add(endedMs);
    times.tookMs.push(endedMs - beganMs);
    // As if the next one came from outside: a chain of promises alone would let nothing else have a turn.
    await nextTurn();
  }
}
