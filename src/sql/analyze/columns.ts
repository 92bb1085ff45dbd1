import type { Span } from "../tree.ts";
import type { AnalysedExpr, Source, SourceColumn } from "./analysed.ts";
import { foldName } from "../fold_name.ts";
import { Unanalysable } from "./unanalysable.ts";
import { withNullable } from "./value_type.ts";

/** A reference to a source's column. */
export function columnExpr(
  source: Source,
  index: number,
  depth: number,
  span: Span,
): AnalysedExpr {
  const column = source.columns[index]!;
  if (column.classByPlan) {
    throw new Unanalysable("type", `virtual column "${column.name}" is INTEGER or REAL as SQLite's plan has it`);
  }
  if (column.unreadable !== undefined) throw new Unanalysable("type", column.unreadable);
  const type = withNullable(column.type, column.type.nullable || source.outerNullable);
  const { affinity, collation } = column;
  return { kind: "column", source, column: index, depth, type, affinity, collation, start: span.start, end: span.end };
}

/** The columns of a query as an enclosing one names them: unique, a number added where needed. */
export function derivedColumns(columns: readonly SourceColumn[]): SourceColumn[] {
  const seen = new Set<string>();
  return columns.map((column, index) => {
    const given = /^(true|false)$/i.test(column.name) ? `column${index + 1}` : column.name;
    let name = given;
    for (let count = 1; seen.has(foldName(name)); count++) {
      // SQLite goes on with random numbers.
      if (count > 3) throw new Unanalysable("construct", `too many columns are named "${given}"`);
      name = `${name.replace(/:\d+$/, "")}:${count}`;
    }
    seen.add(foldName(name));
    return { ...column, name };
  });
}
