export { bindParameters, type StatementParameters } from "./bind_parameters.ts";
export { batchFromRows } from "./batch_from_rows.ts";
export {
  ColumnMisfit,
  type ColumnReader,
  type Misfit,
  type ScanColumn,
  type ScanSource,
  type StoredField,
  type StoredTable,
  type TableScan,
} from "./column_scan.ts";
export { exactExpressions, exactText, exactValue, exactValues } from "./exact_texts.ts";
export type {
  ExecuteResult,
  OltpCapabilities,
  OltpClient,
  OltpOpenTransaction,
  OltpSnapshot,
  OltpTransaction,
  SnapshotOptions,
  Statement,
} from "./oltp_client.ts";
export { type OltpLocation, type OltpOpenOptions, openOltp } from "./open_oltp.ts";
export { readStatementText } from "./statement_text.ts";
export type { TransactionMark } from "./transaction_mark.ts";
