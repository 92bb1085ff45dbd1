import type { Affinity, ExactValue } from "../../../types/mod.ts";
import type { Collation, CompareAffinity, CompareOperator, ExprOf, ValueType } from "../../../sql/mod.ts";

/** Names a column within one statement's plan. */
export type ColumnId = number;

/** A column some node of a plan produces. */
export interface PlanColumn {
  readonly id: ColumnId;
  /** For people who read plans; need not be unique. */
  readonly name: string;
  readonly type: ValueType;
}

/** What every expression of a plan knows of itself, as {@linkcode ExprOf} expressions do. */
export interface PlanTyped {
  readonly type: ValueType;
  readonly affinity: Affinity | null;
  readonly collation: Collation | null;
}

/**
 * An expression over the columns of a plan's inputs. Subqueries, aggregates and window calls are gone: the plan computes them as
 * columns. All but `column` mean what the analysed expressions of the same kind mean.
 */
export type PlanExpr =
  & PlanTyped
  & (
    | { readonly kind: "literal"; readonly value: ExactValue }
    | { readonly kind: "column"; readonly id: ColumnId }
    | { readonly kind: "logic"; readonly operator: "and" | "or"; readonly left: PlanExpr; readonly right: PlanExpr }
    | { readonly kind: "not"; readonly operand: PlanExpr }
    | {
      readonly kind: "truthTest";
      readonly operand: PlanExpr;
      readonly wanted: boolean;
      readonly negated: boolean;
    }
    | { readonly kind: "nullTest"; readonly operand: PlanExpr; readonly negated: boolean }
    | { readonly kind: "unary"; readonly operator: "-" | "+" | "~"; readonly operand: PlanExpr }
    | {
      readonly kind: "arithmetic";
      readonly operator: ExprOf<"arithmetic">["operator"];
      readonly left: PlanExpr;
      readonly right: PlanExpr;
    }
    | {
      readonly kind: "compare";
      readonly operator: CompareOperator;
      readonly left: PlanExpr;
      readonly right: PlanExpr;
      readonly conversion: CompareAffinity;
      readonly compareCollation: string;
    }
    | {
      readonly kind: "like";
      readonly operator: "like" | "glob";
      readonly operand: PlanExpr;
      readonly pattern: PlanExpr;
      readonly escape: PlanExpr | null;
      readonly negated: boolean;
    }
    | {
      readonly kind: "inList";
      readonly operand: PlanExpr;
      readonly items: readonly PlanExpr[];
      readonly conversion: CompareAffinity;
      readonly compareCollation: string;
      readonly negated: boolean;
    }
    | {
      readonly kind: "case";
      readonly branches: readonly { readonly when: PlanExpr; readonly then: PlanExpr }[];
      readonly else: PlanExpr | null;
    }
    | { readonly kind: "cast"; readonly operand: PlanExpr; readonly to: Affinity }
    | { readonly kind: "function"; readonly name: string; readonly arguments: readonly PlanExpr[] }
  );

/** A plan expression of one kind. */
export type PlanExprOf<K extends PlanExpr["kind"]> = Extract<PlanExpr, { readonly kind: K }>;
