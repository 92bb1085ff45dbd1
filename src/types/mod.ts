export { seal, type Sealed, unseal } from "./sealed.ts";
export { threadEntry } from "./thread_entry.ts";
export { type ReplyOutlet, sendReply, ThreadReplies } from "./thread_replies.ts";
export { type Affinity, affinityOf } from "./affinity.ts";
export { type ColumnBatch, type ColumnVector, fitsClass, numberToExact, type Utf8Texts, utf8Vector } from "./batch.ts";
export { type ColumnarRows, type ColumnValues, type TextsByIndex } from "./columnar_rows.ts";
export { decodeExact, encodeExact } from "./exact_encoding.ts";
export { instantText, readInstant } from "./instant.ts";
export type { HistoryBeginning } from "./history_beginning.ts";
export { type HistoryRetention, parseRetention } from "./history_retention.ts";
export type { Notice, NoticeKind, OnNotice } from "./notice.ts";
export { columnarRowSet, type ResultColumn, type RowSet, toSqlRows } from "./row_set.ts";
export {
  type ColumnClass,
  type ColumnSchema,
  HISTORY_COLUMNS,
  type HistoryPart,
  historyTableName,
  type MirrorColumn,
  type MirrorTable,
  ROWID_COLUMN,
  rowidName,
  type RowKey,
  type TableHistory,
  type TableSchema,
} from "./schema.ts";
export { UndecodableText } from "./undecodable_text.ts";
export {
  type ExactValue,
  type SqlParameter,
  type SqlParameters,
  type SqlValue,
  type StorageClass,
  storageClassOf,
  toSqlValue,
} from "./value.ts";
export { planLines, type PlanNode } from "./plan_node.ts";
export { MIRROR_FORMAT_VERSION, type MirrorState, type UnfitTable, type Watermark, watermark } from "./watermark.ts";
