import type { TransactionMark } from "../oltp/mod.ts";
import { COMMITS_TABLE, LOG_TABLE, markSql } from "./log_objects.ts";

/** The newest time given to a transaction of this process, in µs since 1970. */
let newest = 0;

/** A time for a transaction: later than any before in this process, whatever the clock does. */
function nextTime(): bigint {
  newest = Math.max(newest + 1, Date.now() * 1000);
  return BigInt(newest);
}

/** What a transaction made by a client leaves in a log of images: which rows are its own, and their one time. */
export const TRANSACTION_MARK: TransactionMark = {
  position: `SELECT max(seq) FROM ${LOG_TABLE}`,
  mark: `INSERT INTO ${COMMITS_TABLE}(position, at) VALUES (?, ?)`,
  retract: `DELETE FROM ${LOG_TABLE} WHERE op = 'C' AND seq = (SELECT max(seq) FROM ${LOG_TABLE})`,
  batch: {
    before: markSql(0, "B"),
    after: [
      `INSERT INTO ${COMMITS_TABLE}(position, at) SELECT seq, ? FROM (SELECT seq FROM ${LOG_TABLE} WHERE op = 'B' ` +
      `ORDER BY seq DESC LIMIT 1) WHERE seq < (SELECT max(seq) FROM ${LOG_TABLE})`,
      `DELETE FROM ${LOG_TABLE} WHERE op = 'B' AND seq = (SELECT max(seq) FROM ${LOG_TABLE})`,
    ],
  },
  nextTime,
};
