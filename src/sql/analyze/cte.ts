import type { CommonTable } from "../tree.ts";
import type { AnalysedCte } from "./analysed.ts";
import { foldName } from "../fold_name.ts";
import type { Scope } from "./scope.ts";
import { Unanalysable } from "./unanalysable.ts";

/** A common table as written, with what its query can see; analysed when first read. */
export interface CteDefinition {
  readonly table: CommonTable;
  /** A view names its columns by rules of its own. */
  readonly isView: boolean;
  readonly scope: Scope | null;
  readonly ctes: CteScope;
  /** `analysing` while its own query is under way: a read then is a recursive one. */
  state: "fresh" | "analysing" | "done";
  /** What a recursive read sees while `analysing`. */
  recursion: { readonly cte: CteInProgress; reads: number } | null;
  result: { readonly cte: CteInProgress; readonly order: number } | null;
}

/** A common table whose users are still being counted. */
export type CteInProgress = { -readonly [K in keyof AnalysedCte]: AnalysedCte[K] };

/** Common tables by folded name; inner definitions shadow outer ones. */
export class CteScope {
  readonly parent: CteScope | null;
  readonly #definitions = new Map<string, CteDefinition>();

  constructor(parent: CteScope | null) {
    this.parent = parent;
  }

  define(definition: CteDefinition): void {
    const folded = foldName(definition.table.name.text);
    if (this.#definitions.has(folded)) {
      throw new Unanalysable(
        "name",
        `duplicate WITH table name "${definition.table.name.text}"`,
      );
    }
    this.#definitions.set(folded, definition);
  }

  find(name: string): CteDefinition | null {
    return this.#definitions.get(foldName(name)) ?? this.parent?.find(name) ?? null;
  }

  /** Those defined here that something read, in the order their analysis ended. */
  used(): AnalysedCte[] {
    return [...this.#definitions.values()].flatMap((definition) => definition.result ?? [])
      .sort((a, b) => a.order - b.order).map((entry) => entry.cte);
  }
}
