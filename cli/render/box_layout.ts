/** Columns a box is drawn with: indexes into the result, `null` where some in the middle are left out. */
export interface BoxLayout {
  readonly columns: readonly (number | null)[];
  /** Width of each entry of `columns`, borders and padding not counted. */
  readonly widths: readonly number[];
}

/** A column of texts is not made narrower than this; columns in the middle are left out instead. */
const MIN_WIDTH = 6;

/** A column to be laid out. */
export interface BoxColumn {
  /** Width at which nothing is cut. */
  readonly natural: number;
  /** Width of its widest number, of which nothing may be cut: what is left would be another number. 0 for texts. */
  readonly number: number;
}

/** Columns taken by what is around cells. */
export interface BoxFrame {
  /** Before the first and behind the last cell together. */
  readonly frame: number;
  /** Between two cells. */
  readonly gap: number;
}

/** What stands for columns left out. */
const OMITTED: BoxColumn = { natural: 1, number: 0 };

function leastWidth({ natural, number }: BoxColumn): number {
  return Math.min(natural, Math.max(MIN_WIDTH, number));
}

/**
 * Fits columns into `width` terminal columns (`null`: unlimited): the widest are narrowed first, and if
 * that is not enough the middle ones are left out. At least one column always stays.
 */
export function boxLayout(given: readonly BoxColumn[], width: number | null, { frame, gap }: BoxFrame): BoxLayout {
  const frameWidth = (columnCount: number): number => frame + gap * (columnCount - 1);
  const all = given.map((_, index) => index);
  if (width === null) return { columns: all, widths: given.map(({ natural }) => natural) };
  for (let shown = given.length; shown > 1; shown--) {
    const columns = shown === given.length
      ? all
      : [...all.slice(0, Math.ceil(shown / 2)), null, ...all.slice(all.length - Math.floor(shown / 2))];
    const fitted = columns.map((index) => index === null ? OMITTED : given[index]!);
    const available = width - frameWidth(columns.length);
    const needed = fitted.reduce((sum, column) => sum + leastWidth(column), 0);
    if (needed <= available) return { columns, widths: narrow(fitted, available) };
  }
  const columns = given.length <= 1 ? all : [0, null];
  const available = width - frameWidth(columns.length) - (columns.length - 1);
  const first = Math.max(1, Math.min(given[0]?.natural ?? 0, available));
  return { columns, widths: columns.map((index) => index === null ? 1 : first) };
}

/** Lowers the widest columns to a common cap so that the sum is at most `available`; what is left over goes to the capped ones. */
function narrow(columns: readonly BoxColumn[], available: number): number[] {
  if (columns.reduce((sum, { natural }) => sum + natural, 0) <= available) {
    return columns.map(({ natural }) => natural);
  }
  const capped = (column: BoxColumn, cap: number) => Math.max(leastWidth(column), Math.min(column.natural, cap));
  const sumCapped = (cap: number) => columns.reduce((sum, column) => sum + capped(column, cap), 0);
  let cap = MIN_WIDTH;
  while (sumCapped(cap + 1) <= available) cap += 1;
  let spare = available - sumCapped(cap);
  return columns.map((column) => {
    const width = capped(column, cap);
    if (spare === 0 || column.natural <= width || width > cap) return width;
    spare -= 1;
    return width + 1;
  });
}
