import { foldName } from "./fold_name.ts";
import type { Query, TableRef } from "./tree.ts";
import { forEachChild, type TreeNode } from "./walk.ts";

/**
 * The tables and views a query names, each mention once, in the order of the text. Names that a WITH in scope defines are left
 * out, and so are table functions. As in SQLite, the tables of one WITH see each other whatever their order, and a name
 * with a schema is never one of them.
 */
export function tablesOf(query: Query): TableRef[] {
  const found: TableRef[] = [];
  collect(query, new Set(), found);
  return found;
}

function collect(node: TreeNode, commonTables: ReadonlySet<string>, found: TableRef[]): void {
  if (node.kind === "table") {
    if (node.schema !== null || !commonTables.has(foldName(node.name.text))) found.push(node);
    return;
  }
  const inScope = node.kind === "query" && node.with !== null
    ? new Set([...commonTables, ...node.with.tables.map((table) => foldName(table.name.text))])
    : commonTables;
  forEachChild(node, (child) => collect(child, inScope, found));
}
