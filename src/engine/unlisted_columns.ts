import { foldName, type FromItem, type HistoryRef, type Join, type Name, type Query, walk } from "../sql/mod.ts";

/**
 * What a statement asks of the columns that versions have but do not list. A copy lists all it has: one that holds such a column differs
 * for what takes all columns of it, and for no other reason.
 */
export class UnlistedColumns {
  readonly #query: Query;
  readonly #ref: HistoryRef;
  /** What columns of it may be qualified with: its own name there, and those of whole joins. */
  readonly #qualifiers: ReadonlySet<string>;

  constructor(query: Query, ref: HistoryRef) {
    this.#query = query;
    this.#ref = ref;
    const qualifiers = new Set([foldName((ref.alias ?? ref.name).text)]);
    walk(query, (node) => {
      if (node.kind === "join" && node.alias !== undefined) qualifiers.add(foldName(node.alias.text));
    });
    this.#qualifiers = qualifiers;
  }

  /** Whether the statement may mean a column of that name of this reference. */
  mentions(name: string): boolean {
    const folded = foldName(name);
    const isIt = ({ text }: Name): boolean => foldName(text) === folded;
    let found = false;
    walk(this.#query, (node) => {
      if (node.kind === "column") found ||= isIt(node.name) && this.#mayQualify(node.table);
      if (node.kind === "join") found ||= node.using?.some(isIt) ?? false;
    });
    return found;
  }

  /** Whether a `*` shows the reference's columns. That of EXISTS shows none. */
  underStar(): boolean {
    const unseen = new Set<unknown>();
    let found = false;
    walk(this.#query, (node) => {
      if (node.kind === "exists") unseen.add(node.query.body);
      if (node.kind !== "select" || unseen.has(node) || !holds(node.from, this.#ref)) return;
      found ||= node.columns.some((item) =>
        item.kind === "star" || (item.kind === "tableStar" && this.#mayQualify(item.table))
      );
    });
    return found;
  }

  /** Whether a NATURAL join compares the reference's columns. */
  inNaturalJoin(): boolean {
    let found = false;
    walk(this.#query, (node) => {
      if (node.kind === "join") found ||= node.natural && holds(node, this.#ref);
    });
    return found;
  }

  #mayQualify(table: Name | null): boolean {
    return table === null || this.#qualifiers.has(foldName(table.text));
  }
}

/** Whether a reference stands in FROM itself, not in a subquery there. */
function holds(from: FromItem | Join | null, ref: HistoryRef): boolean {
  if (from === null) return false;
  return from === ref || (from.kind === "join" && (holds(from.left, ref) || holds(from.right, ref)));
}
