import type { MirrorCatalog } from "../olap/mod.ts";
import { foldName, type Query, tablesOf, viewQuery } from "../sql/mod.ts";
import type { AnalyzedStatement } from "./statement.ts";

/** The mirror's tables and views that a statement reads; kept with it while the catalog stays. */
export function readsOf(statement: AnalyzedStatement, catalog: MirrorCatalog): readonly string[] | null {
  const { select, reads } = statement;
  if (reads?.catalogVersion === catalog.version) return reads.names;
  const names = select !== null && "query" in select ? namesRead(select.query, catalog) : null;
  statement.reads = { catalogVersion: catalog.version, names };
  return names;
}

/** The mirror's tables and the views that a query reads, folded, views followed; `null` where the catalog does not know all its names. */
function namesRead(query: Query, catalog: MirrorCatalog): readonly string[] | null {
  const names = new Set<string>();
  return collect(query, catalog, names) ? [...names] : null;
}

function collect(query: Query, catalog: MirrorCatalog, names: Set<string>): boolean {
  return tablesOf(query).every(({ name }) => {
    const folded = foldName(name.text);
    if (names.has(folded)) return true;
    names.add(folded);
    if (catalog.table(folded) !== undefined) return true;
    const text = catalog.view(folded);
    const body = text === undefined ? null : viewQuery(text);
    return body !== null && collect(body, catalog, names);
  });
}
