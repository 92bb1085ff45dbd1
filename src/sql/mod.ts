export {
  type AggregateCall,
  analyse,
  type AnalysedBody,
  type AnalysedBound,
  type AnalysedCompound,
  type AnalysedCte,
  type AnalysedExpr,
  type AnalysedFrame,
  type AnalysedFrom,
  type AnalysedOrder,
  type AnalysedQuery,
  type AnalysedSelect,
  type AnalysedStatement,
  type AnalysedValues,
  type AnalysisCatalog,
  type AnalysisFacts,
  type AnalysisOutcome,
  ANY,
  arrivalKeys,
  BLOB,
  childrenOf,
  type Collation,
  columnsRead,
  type CompareAffinity,
  type CompareOperator,
  conjuncts,
  type DeclineCause,
  determinedColumns,
  type ExprOf,
  fingerprint,
  identifyRow,
  INSTANT_TEXT,
  INTEGER,
  isConstant,
  knownFunctions,
  NUMERIC,
  orderIsTotal,
  queryOf,
  REAL,
  rowsAtMost,
  someExpr,
  type SortKey,
  type Source,
  type SourceColumn,
  type SourceOrder,
  sourcesOf,
  type SystemPeriods,
  TEXT,
  type Typed,
  Unanalysable,
  type ValueType,
  type VersionColumn,
  versionColumns,
  viewQuery,
  type WindowCall,
} from "./analyze/mod.ts";
export { classify, type ObjectName, type StatementClass } from "./classify.ts";
export { foldName } from "./fold_name.ts";
export { keywordOf } from "./keywords.ts";
export { lex, type Token } from "./lexer.ts";
export { LONG_DOUBLE_BITS, type LongDouble, longDouble, scaleByTen } from "./long_double.ts";
export { parametersOf } from "./parameters.ts";
export { printByNumber, takeOutClock, type TimedQuery } from "./present_moment.ts";
export { parseSelect } from "./parse_select.ts";
export { printName, printQuery } from "./print_query.ts";
export { quoteName, quoteText } from "./quote_name.ts";
export { realFromText } from "./real_literal.ts";
export { Scanner } from "./scanner.ts";
export { completeness, splitStatements, type StatementSlice } from "./splitter.ts";
export { constantTimes, type HistoryRef, historyRefsOf, periodOf, type SystemPeriod } from "./system_time.ts";
export { tablesOf } from "./tables_of.ts";
export type * from "./tree.ts";
export { type ChildVisitor, forEachChild, type TreeNode, walk } from "./walk.ts";
