import type { TransactionMark } from "../oltp/mod.ts";
import { COMMITS_TABLE, LOG_TABLE, markSql, NOTES_TABLE } from "./log_objects.ts";
import { CHANGE_COUNT } from "./statement_time.ts";

/** The newest time given to a transaction of this process, in µs since 1970. */
let newest = 0;

/** A time for a transaction: later than any before in this process, whatever the clock does. */
function nextTime(): bigint {
  newest = Math.max(newest + 1, Date.now() * 1000);
  return BigInt(newest);
}

const NEWEST = `SELECT max(seq) FROM ${LOG_TABLE}`;

/**
 * What a transaction made by a client leaves in a log of images: which rows are its own, and their one time. Where there is but one row
 * (most writes of most applications), its own time becomes that of the transaction, and negative, which costs less than a row more for
 * writers, readers and the disk.
 */
export const TRANSACTION_MARK: TransactionMark = {
  log: LOG_TABLE,
  notes: NOTES_TABLE,
  tellingFunction: CHANGE_COUNT,
  position: NEWEST,
  single: {
    mark: `UPDATE ${LOG_TABLE} SET at = -?2 WHERE seq = ?1 + 1 AND at > 0 AND seq = (${NEWEST})`,
    retract: `UPDATE ${LOG_TABLE} SET at = -at WHERE seq > ?1 AND seq = (${NEWEST})`,
  },
  several: {
    mark: `INSERT INTO ${COMMITS_TABLE}(position, at) SELECT ?1, ?2 WHERE (${NEWEST}) > ?1`,
    retract: `DELETE FROM ${LOG_TABLE} WHERE seq > ?1 AND seq = (${NEWEST})`,
  },
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
