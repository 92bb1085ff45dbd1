import { foldName } from "../fold_name.ts";
import type { Name } from "../tree.ts";
import type { AnalysedExpr, Source } from "./analysed.ts";
import { Unanalysable } from "./unanalysable.ts";

/** A column found by name. */
export interface FoundColumn {
  readonly source: Source;
  readonly column: number;
}

/** A source as a scope holds it: the columns its join's USING or NATURAL merged into those on its left. */
export interface ScopedSource {
  readonly source: Source;
  readonly merged: ReadonlySet<string>;
}

/** An alias of the select list and what it stands for. */
export interface OutputAlias {
  readonly alias: string;
  readonly expr: AnalysedExpr;
}

/**
 * The names one SELECT can see: its FROM items, then its aliases, then everything of the enclosing SELECTs.
 * Aliases are known only once the select list is analysed, so they are added then.
 */
export class Scope {
  readonly parent: Scope | null;
  readonly sources: ScopedSource[] = [];
  aliases: readonly OutputAlias[] = [];

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  /**
   * Finds a column among this scope's own sources.
   *
   * @throws {Unanalysable} If more than one has it.
   */
  findColumn(table: Name | null, name: Name): FoundColumn | null {
    const wanted = foldName(name.text);
    let found: FoundColumn | null = null;
    for (const { source, merged } of this.sources) {
      if (table !== null && (source.name === null || foldName(source.name) !== foldName(table.text))) continue;
      const column = source.columns.findIndex((candidate) => !candidate.hidden && foldName(candidate.name) === wanted);
      if (column < 0) continue;
      if (found === null) found = { source, column };
      else if (table !== null || !merged.has(wanted)) {
        throw new Unanalysable("name", `ambiguous column name "${name.text}"`);
      }
    }
    return found ?? this.#findRowid(table, wanted, name);
  }

  #findRowid(table: Name | null, wanted: string, name: Name): FoundColumn | null {
    if (wanted !== "rowid" && wanted !== "oid" && wanted !== "_rowid_") return null;
    const candidates = this.sources.filter(({ source }) =>
      table === null || (source.name !== null && foldName(source.name) === foldName(table.text))
    );
    const [only] = candidates;
    if (only === undefined || candidates.length > 1) return null;
    if (only.source.rowid === null) {
      throw new Unanalysable("construct", `"${name.text}" of something without a rowid`);
    }
    return { source: only.source, column: only.source.rowid };
  }

  findAlias(name: Name): AnalysedExpr | null {
    const wanted = foldName(name.text);
    return this.aliases.find((entry) => foldName(entry.alias) === wanted)?.expr ?? null;
  }

  /** Whether a FROM item of that name is visible here or outward. */
  hasSource(name: Name): boolean {
    const wanted = foldName(name.text);
    return this.sources.some(({ source }) => source.name !== null && foldName(source.name) === wanted) ||
      (this.parent?.hasSource(name) ?? false);
  }
}
