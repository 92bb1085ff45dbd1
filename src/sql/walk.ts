import type {
  CommonTable,
  Expr,
  FromItem,
  OrderTerm,
  Query,
  QueryBody,
  Select,
  SystemTime,
  WindowFrame,
  WindowSpec,
} from "./tree.ts";

/** Every part of a tree that has a `kind` of its own, apart from result columns and frame bounds, which hold only expressions. */
export type TreeNode = Query | CommonTable | QueryBody | FromItem | Expr;

/** Called for a node's children. */
export type ChildVisitor = (child: TreeNode) => void;

type ChildrenByKind = {
  readonly [K in TreeNode["kind"]]: (node: Extract<TreeNode, { kind: K }>, visit: ChildVisitor) => void;
};

const none = (): void => {};

/** Total over the kinds: a new kind of node does not compile until it says what its children are. */
const CHILDREN: ChildrenByKind = {
  query(node, visit) {
    node.with?.tables.forEach(visit);
    visit(node.body);
    orderTerms(node.orderBy, visit);
    optional(node.limit, visit);
    optional(node.offset, visit);
  },
  commonTable: (node, visit) => visit(node.query),
  select: selectChildren,
  values: (node, visit) => node.rows.forEach((row) => row.forEach(visit)),
  compound(node, visit) {
    visit(node.left);
    visit(node.right);
  },
  table: (node, visit) => timesOf(node.systemTime).forEach(visit),
  subquery: (node, visit) => visit(node.query),
  tableFunction: (node, visit) => node.arguments.forEach(visit),
  join(node, visit) {
    visit(node.left);
    visit(node.right);
    optional(node.on, visit);
  },
  literal: none,
  column: none,
  parameter: none,
  currentTime: none,
  unary: (node, visit) => visit(node.operand),
  binary(node, visit) {
    visit(node.left);
    visit(node.right);
  },
  nullTest: (node, visit) => visit(node.operand),
  between(node, visit) {
    visit(node.operand);
    visit(node.low);
    visit(node.high);
  },
  like(node, visit) {
    visit(node.operand);
    visit(node.pattern);
    optional(node.escape, visit);
  },
  inList(node, visit) {
    visit(node.operand);
    node.items.forEach(visit);
  },
  inQuery(node, visit) {
    visit(node.operand);
    visit(node.query);
  },
  exists: (node, visit) => visit(node.query),
  scalarQuery: (node, visit) => visit(node.query),
  case(node, visit) {
    optional(node.operand, visit);
    for (const { when, then } of node.branches) {
      visit(when);
      visit(then);
    }
    optional(node.else, visit);
  },
  cast: (node, visit) => visit(node.operand),
  collate: (node, visit) => visit(node.operand),
  function(node, visit) {
    if (node.arguments !== "star") node.arguments.forEach(visit);
    orderTerms(node.orderBy, visit);
    optional(node.filter, visit);
    if (node.over !== null && !("text" in node.over)) windowChildren(node.over, visit);
  },
  rowValue: (node, visit) => node.items.forEach(visit),
  raise: none,
};

/** The expressions of a FOR SYSTEM_TIME clause, in the order of the text. */
export function timesOf(clause: SystemTime | undefined): readonly Expr[] {
  if (clause === undefined || clause.kind === "all") return [];
  return clause.kind === "asOf" ? [clause.at] : [clause.from, clause.to];
}

function optional(node: Expr | null, visit: ChildVisitor): void {
  if (node !== null) visit(node);
}

function orderTerms(terms: readonly OrderTerm[], visit: ChildVisitor): void {
  for (const term of terms) visit(term.expr);
}

function selectChildren(node: Select, visit: ChildVisitor): void {
  for (const item of node.columns) if (item.kind === "item") visit(item.expr);
  if (node.from !== null) visit(node.from);
  optional(node.where, visit);
  node.groupBy.forEach(visit);
  optional(node.having, visit);
  for (const { spec } of node.windows) windowChildren(spec, visit);
}

function windowChildren(spec: WindowSpec, visit: ChildVisitor): void {
  spec.partitionBy.forEach(visit);
  orderTerms(spec.orderBy, visit);
  if (spec.frame !== null) frameChildren(spec.frame, visit);
}

function frameChildren(frame: WindowFrame, visit: ChildVisitor): void {
  for (const bound of [frame.from, frame.to]) if ("offset" in bound) visit(bound.offset);
}

/** Calls `visit` for each child of a node, in the order of the text (but LIMIT before OFFSET, however they are written). */
export function forEachChild(node: TreeNode, visit: ChildVisitor): void {
  // The table pairs each kind with a function of that very kind, which the type checker cannot follow through the index.
  (CHILDREN[node.kind] as (node: TreeNode, visit: ChildVisitor) => void)(node, visit);
}

/**
 * Visits a node and everything beneath it, parents first, in the order of the text.
 *
 * @param visit Returns `false` to leave out what lies beneath the node.
 */
export function walk(node: TreeNode, visit: (node: TreeNode) => boolean | void): void {
  if (visit(node) === false) return;
  forEachChild(node, (child) => walk(child, visit));
}
