export type {
  AggregateCall,
  AnalysedBody,
  AnalysedBound,
  AnalysedCompound,
  AnalysedCte,
  AnalysedExpr,
  AnalysedFrame,
  AnalysedFrom,
  AnalysedOrder,
  AnalysedQuery,
  AnalysedSelect,
  AnalysedValues,
  Collation,
  CompareAffinity,
  CompareOperator,
  ExprOf,
  SortKey,
  Source,
  SourceColumn,
  Typed,
  WindowCall,
} from "./analysed.ts";
export type { AnalysisCatalog, SystemPeriods } from "./analysis.ts";
export { analyse, type AnalysedStatement, type AnalysisFacts, type AnalysisOutcome } from "./analyse.ts";
export { determinedColumns, determinesRow } from "./determined.ts";
export { fingerprint } from "./fingerprint.ts";
export { knownFunctions } from "./function_types.ts";
export { INSTANT_TEXT, type VersionColumn, versionColumns } from "./history.ts";
export { identifyRow, orderIsTotal, rowsAtMost } from "./row_order.ts";
export { arrivalKeys, type SourceOrder } from "./source_order.ts";
export { type DeclineCause, Unanalysable } from "./unanalysable.ts";
export { viewQuery } from "./views.ts";
export { ANY, BLOB, INTEGER, NUMERIC, REAL, TEXT, type ValueType } from "./value_type.ts";
export { childrenOf, columnsRead, conjuncts, isConstant, queryOf, someExpr, sourcesOf } from "./walk.ts";
