import { join } from "node:path";
import Database from "libsql";
import { Random } from "../fuzz/random.ts";
import { HistoryModel } from "./history_model.ts";
import { type MirroredOptions, openMirrored } from "./mirrored_database.ts";
import { randomStatement, runTransaction, SCHEMA, tolerate } from "./random_workload.ts";

/** How to run a {@linkcode runTemporalWorkload}. */
export interface TemporalWorkload extends Pick<MirroredOptions, "backend" | "memory"> {
  readonly seed: number;
  readonly steps: number;
  /** Whether another connection writes too. */
  readonly foreign: boolean;
}

/** Transactions made from a seed, syncs in between: the mirror's history must be that of the model. */
export async function runTemporalWorkload({ seed, steps, foreign, ...where }: TemporalWorkload): Promise<void> {
  const random = new Random(seed);
  const batchRows = 1 + random.int(0, 39);
  await using db = await openMirrored({ memory: true, ...where, batchRows, setup: SCHEMA, level: "images" });
  const other = new Database(join(db.folder, "test.db"));
  const model = new HistoryModel(db.oltp, ["late"]);
  const log: string[] = [];
  const sync = async () => {
    await db.sync.syncNow();
    model.synced((await db.olap.state())?.state.historyTime ?? 0);
  };
  try {
    await model.note();
    await sync();
    for (let step = 0; step < steps; step++) {
      const isForeign = foreign && random.chance(1 / 3);
      const statements = Array.from({ length: 1 + random.int(0, 4) }, () => randomStatement(random));
      log.push(isForeign ? "foreign" : "own", ...statements);
      if (isForeign) writeForeign(other, statements);
      else await runTransaction(db.oltp, statements, !random.chance(1 / 8));
      await model.note({ exact: !isForeign });
      if (random.chance(1 / 3)) await sync();
    }
    await sync();
    await db.expectEqual("at the end");
    await model.expectEqual(db.olap, "at the end");
  } catch (error) {
    const tail = log.slice(-25).join("\n");
    throw new Error(`The temporal workload of seed ${seed} failed; the last statements were\n${tail}`, {
      cause: error,
    });
  } finally {
    other.close();
  }
}

function writeForeign(other: InstanceType<typeof Database>, statements: readonly string[]): void {
  other.exec("begin immediate");
  for (const sql of [...statements, "commit"]) {
    if (other.inTransaction) tolerate(() => other.exec(sql));
  }
  if (other.inTransaction) other.exec("rollback");
}
