export { assertQuery } from "./assert_query.ts";
export { checkExportPath, exportRows } from "./export_rows.ts";
export { type FileFormat, formatOfPath } from "./file_format.ts";
export {
  importFile,
  type ImportOptions,
  type ImportOutcome,
  type ImportProgress,
  importProgressText,
} from "./import_file.ts";
export type { ImportTarget, ImportTransaction } from "./target_table.ts";
export { readParameters } from "./read_parameters.ts";
export { fileFailure } from "./file_failure.ts";
export { decodeUtf8 } from "./utf8_check.ts";
export { blobOfText, numberOfText } from "./infer_types.ts";
