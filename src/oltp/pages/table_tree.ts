import type { PageFile } from "./page_file.ts";
import { Undecodable } from "./undecodable.ts";
import { Varint } from "./varint.ts";
import { mayWant, type WantedRows } from "./wanted_rows.ts";

/** First byte of a page of a table's tree. */
const INTERIOR_PAGE = 0x05;
export const LEAF_PAGE = 0x0d;

const INTERIOR_HEADER_BYTES = 12;
const LAST_CHILD_AT = 8;
const CELL_COUNT_AT = 3;
/** Levels beyond which a tree is a circle: four of the smallest pages hold more rows than there are rowids in use. */
const DEPTH_MAX = 40;
const BELOW_ALL = -(2n ** 63n) - 1n;
const ABOVE_ALL = 2n ** 63n - 1n;

/** Cells of the page of a tree that begins at `start`. */
export function cellCount(bytes: Uint8Array, start: number): number {
  return word(bytes, start + CELL_COUNT_AT);
}

/** A 16-bit number. */
export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** A page number, or another 32-bit number without sign. */
export function long(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Numbers of the leaf pages that may hold wanted rows, in ascending order of rowids, in runs of siblings; read as the runs are taken. */
export function* leafRuns(file: PageFile, root: number, wanted: WantedRows): Generator<number[], void, undefined> {
  if (file.readOne(root)[0] === LEAF_PAGE) yield [root];
  else yield* runsBelow(file, root, wanted, { lower: BELOW_ALL, upper: ABOVE_ALL, depth: 0 });
}

/** What a page's parents say of its rowids: above `lower`, not above `upper`. */
interface Bounds {
  readonly lower: bigint;
  readonly upper: bigint;
  readonly depth: number;
}

function* runsBelow(
  file: PageFile,
  number: number,
  wanted: WantedRows,
  bounds: Bounds,
): Generator<number[], void, undefined> {
  const children = childrenOf(file.readOne(number), wanted, bounds);
  const [first] = children;
  if (first === undefined) return;
  // All leaves of a tree are on one level.
  if (file.readOne(first.number)[0] === LEAF_PAGE) yield children.map((child) => child.number);
  else for (const child of children) yield* runsBelow(file, child.number, wanted, child.bounds);
}

function childrenOf(
  page: Uint8Array,
  wanted: WantedRows,
  { lower: above, upper: highest, depth }: Bounds,
): { number: number; bounds: Bounds }[] {
  if (page[0] !== INTERIOR_PAGE || depth > DEPTH_MAX) throw new Undecodable("A page is not part of a table's tree");
  const children = [];
  const key = new Varint();
  let lower = above;
  const count = cellCount(page, 0);
  for (let cell = 0; cell <= count && lower < wanted.last; cell++) {
    let number = long(page, LAST_CHILD_AT);
    let upper = highest;
    if (cell < count) {
      const at = word(page, INTERIOR_HEADER_BYTES + cell * 2);
      number = long(page, at);
      key.read(page, at + 4);
      if (key.end > page.length) throw new Undecodable("A cell lies outside of its page");
      upper = key.bigint;
    }
    if (mayWant(wanted, lower, upper)) children.push({ number, bounds: { lower, upper, depth: depth + 1 } });
    lower = upper;
  }
  return children;
}
