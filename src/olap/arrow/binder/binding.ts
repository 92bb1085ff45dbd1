import type {
  AnalysedBody,
  AnalysedCte,
  AnalysedExpr,
  AnalysedQuery,
  DeclineCause,
  SourceOrder,
} from "../../../sql/mod.ts";
import { Unanalysable } from "../../../sql/mod.ts";
import type { Plan, PlanCte, PlanSortKey } from "../plan/plan.ts";
import type { PlanColumn, PlanExpr } from "../plan/plan_expr.ts";
import { PlanIds } from "../plan/plan_ids.ts";

/** What an enclosing clause wants of a query. */
export type QueryRole =
  /** All rows, in no order. */
  | "rows"
  /** Rows as a set: how often one comes does not matter. */
  | "set"
  /** Its first row. */
  | "scalar"
  /** Only whether there are rows. */
  | "exists"
  /** Rows in order, as the user sees them. */
  | "result";

/** A query as a plan; `columns[i]` is the query's i-th column, and may come twice. */
export interface BoundQuery {
  readonly plan: Plan;
  readonly columns: readonly PlanColumn[];
}

/** A common table within reach: where its query stands, and its plan's id once it is planned on its own. */
export interface BoundCte {
  readonly cte: AnalysedCte;
  readonly scope: RowScope | null;
  planned: PlanCte | null;
  /** Set for good once it is known that its query reads enclosing queries, so that it has no rows of its own. */
  dependent: boolean;
}

/** What stands for the rows of a group in the expressions above it. */
export interface Grouping {
  /** By fingerprint of a key, of an aggregate call, or of a column that is the same for the whole group. */
  readonly values: ReadonlyMap<string, PlanColumn>;
}

/** The columns one SELECT's expressions can name. */
export interface RowScope {
  readonly parent: RowScope | null;
  /** By the id of a FROM item. */
  readonly sources: ReadonlyMap<number, readonly PlanColumn[]>;
  /** Set while what is bound is evaluated per group. */
  readonly grouping: Grouping | null;
  /** By fingerprint: what the window calls of the SELECT are computed as. */
  readonly windows: ReadonlyMap<string, PlanColumn>;
}

/** Rows under construction: binding an expression with subqueries joins their columns to them. */
export interface Rows {
  plan: Plan;
  /** Subqueries that are columns of `plan` already. */
  readonly subqueries: Map<AnalysedExpr | AnalysedQuery, PlanExpr>;
}

/** Plans a query that stands within `parent`. */
export type BindQuery = (
  binding: Binding,
  query: AnalysedQuery,
  parent: RowScope | null,
  role: QueryRole,
) => BoundQuery;

/** Plans the arms of a query, its ORDER BY and LIMIT left out. */
export type BindBody = (binding: Binding, body: AnalysedBody, parent: RowScope | null, role: QueryRole) => BoundQuery;

/** What the binding of one statement shares. */
export class Binding extends PlanIds {
  readonly ctes = new Map<number, BoundCte>();
  /** Common tables planned on their own, each before those that read it. */
  readonly planned: PlanCte[] = [];
  readonly bindQuery: BindQuery;
  readonly bindBody: BindBody;
  /** In which order SQLite would meet the rows that the statement's windows sort, if known. */
  readonly windowOrder: SourceOrder | null;
  /** SELECTs with windows so far. */
  windowedSelects = 0;

  /** Both are passed in, because expressions hold queries and queries hold expressions. */
  constructor(bindQuery: BindQuery, bindBody: BindBody, windowOrder: SourceOrder | null) {
    super();
    this.windowOrder = windowOrder;
    this.bindQuery = bindQuery;
    this.bindBody = bindBody;
  }
}

/** Rows to start from. */
export function rowsOf(plan: Plan): Rows {
  return { plan, subqueries: new Map() };
}

/** A sorted body: its rows, its columns, and what they are to be sorted by. */
export interface BoundBody extends BoundQuery {
  /** Without terms that are the same for all rows. */
  readonly keys: readonly PlanSortKey[];
}

/** Leaves the binder. `reason` completes "declined: …". */
export function decline(cause: DeclineCause, reason: string): never {
  throw new Unanalysable(cause, reason);
}
