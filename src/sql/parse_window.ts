import { ExpressionParser } from "./parse_expression.ts";
import type { Expr, FrameBound, Name, NamedWindow, OrderTerm, WindowFrame, WindowSpec } from "./tree.ts";

/** Parses ORDER BY lists, FILTER, OVER and WINDOW. */
export abstract class WindowParser extends ExpressionParser {
  /** `ORDER BY term, …`. */
  protected override orderTerms(): OrderTerm[] {
    this.expect("ORDER");
    this.expect("BY");
    const terms: OrderTerm[] = [];
    do {
      const { start } = this.token;
      const expr = this.expression();
      const descending = this.accept("DESC");
      if (!descending) this.accept("ASC");
      let nulls: OrderTerm["nulls"] = null;
      if (this.accept("NULLS")) {
        nulls = this.accept("FIRST") ? "first" : "last";
        if (nulls === "last") this.expect("LAST");
      }
      terms.push({ expr, descending, nulls, start, end: this.lastEnd });
    } while (this.accept(","));
    return terms;
  }

  protected override filterClause(): Expr | null {
    if (!this.atWindowKeyword("FILTER")) return null;
    this.advance();
    this.expect("(");
    this.expect("WHERE");
    const filter = this.expression();
    this.expect(")");
    return filter;
  }

  protected override overClause(): Name | WindowSpec | null {
    if (!this.atWindowKeyword("OVER")) return null;
    this.advance();
    return this.at("(") ? this.#parenthesisedSpec() : this.name();
  }

  /** `WINDOW name AS (…), …`, or none. */
  protected windowClause(): NamedWindow[] {
    if (!this.atWindowKeyword("WINDOW")) return [];
    this.advance();
    const windows: NamedWindow[] = [];
    do {
      const { start } = this.token;
      const name = this.name();
      this.expect("AS");
      const spec = this.#parenthesisedSpec();
      windows.push({ name, spec, start, end: this.lastEnd });
    } while (this.accept(","));
    return windows;
  }

  #parenthesisedSpec(): WindowSpec {
    const { start } = this.expect("(");
    const base = this.#atSpecPart() ? null : this.name();
    let partitionBy: Expr[] = [];
    if (this.accept("PARTITION")) {
      this.expect("BY");
      partitionBy = this.expressions();
    }
    const orderBy = this.at("ORDER") ? this.orderTerms() : [];
    const frame = this.#frame();
    this.expect(")");
    return { base, partitionBy, orderBy, frame, start, end: this.lastEnd };
  }

  #atSpecPart(): boolean {
    return [")", "PARTITION", "ORDER", "ROWS", "RANGE", "GROUPS"].includes(this.token.code);
  }

  #frame(): WindowFrame | null {
    const { start, code } = this.token;
    if (code !== "ROWS" && code !== "RANGE" && code !== "GROUPS") return null;
    this.advance();
    const between = this.accept("BETWEEN");
    const from = this.#bound("PRECEDING");
    if (between) this.expect("AND");
    const secondBound = this.token;
    const to = between ? this.#bound("FOLLOWING") : { kind: "currentRow" } as const;
    if (RANK[from.kind] > RANK[to.kind]) {
      throw this.refused(
        { start: between ? secondBound.start : start, end: this.lastEnd },
        "the frame ends before it starts",
      );
    }
    const unit = code.toLowerCase() as WindowFrame["unit"];
    return { unit, from, to, exclude: this.#exclude(), start, end: this.lastEnd };
  }

  /** `unbounded` says which UNBOUNDED the place allows. */
  #bound(unbounded: "PRECEDING" | "FOLLOWING"): FrameBound {
    if (this.accept("UNBOUNDED")) {
      this.expect(unbounded);
      return { kind: unbounded === "PRECEDING" ? "unboundedPreceding" : "unboundedFollowing" };
    }
    if (this.accept("CURRENT")) {
      this.expect("ROW");
      return { kind: "currentRow" };
    }
    const offset = this.expression();
    if (this.accept("PRECEDING")) return { kind: "preceding", offset };
    if (!this.at("FOLLOWING")) throw this.unexpected("PRECEDING", "FOLLOWING");
    this.advance();
    return { kind: "following", offset };
  }

  #exclude(): WindowFrame["exclude"] {
    if (!this.accept("EXCLUDE")) return null;
    if (this.accept("NO")) {
      this.expect("OTHERS");
      return "noOthers";
    }
    if (this.accept("CURRENT")) {
      this.expect("ROW");
      return "currentRow";
    }
    if (this.accept("GROUP")) return "group";
    if (!this.at("TIES")) throw this.unexpected("NO", "CURRENT", "GROUP", "TIES");
    this.advance();
    return "ties";
  }
}

/** Bounds in row order: SQLite refuses a frame whose end ranks below its start. */
const RANK: Readonly<Record<FrameBound["kind"], number>> = {
  unboundedPreceding: 0,
  preceding: 1,
  currentRow: 2,
  following: 3,
  unboundedFollowing: 4,
};
