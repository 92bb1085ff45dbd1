export { classify, type ObjectName, type StatementClass } from "./classify.ts";
export { lex, type Token } from "./lexer.ts";
export { parametersOf } from "./parameters.ts";
export { parseSelect } from "./parse_select.ts";
export { printExpr, printName, printQuery } from "./print_query.ts";
export { completeness, splitStatements, type StatementSlice } from "./splitter.ts";
export type * from "./tree.ts";
