/** Columns a box is drawn with: indexes into the result, `null` where some in the middle are left out. */
export interface BoxLayout {
  readonly columns: readonly (number | null)[];
  /** Width of each entry of `columns`, borders and padding not counted. */
  readonly widths: readonly number[];
}

/** A column is not made narrower than this; columns in the middle are left out instead. */
const MIN_WIDTH = 6;

/** Columns taken by what is around cells. */
export interface BoxFrame {
  /** Before the first and behind the last cell together. */
  readonly frame: number;
  /** Between two cells. */
  readonly gap: number;
}

/**
 * Fits columns of the given natural widths into `width` terminal columns (`null`: unlimited): the widest are narrowed first, and if
 * that is not enough the middle ones are left out. At least one column always stays.
 */
export function boxLayout(natural: readonly number[], width: number | null, { frame, gap }: BoxFrame): BoxLayout {
  const frameWidth = (columnCount: number): number => frame + gap * (columnCount - 1);
  const all = natural.map((_, index) => index);
  if (width === null) return { columns: all, widths: natural };
  for (let shown = natural.length; shown > 1; shown--) {
    const columns = shown === natural.length
      ? all
      : [...all.slice(0, Math.ceil(shown / 2)), null, ...all.slice(all.length - Math.floor(shown / 2))];
    const widths = columns.map((index) => index === null ? 1 : natural[index] ?? 0);
    const available = width - frameWidth(columns.length);
    const needed = widths.reduce((sum, each) => sum + Math.min(each, MIN_WIDTH), 0);
    if (needed <= available) return { columns, widths: narrow(widths, available) };
  }
  const columns = natural.length <= 1 ? all : [0, null];
  const available = width - frameWidth(columns.length) - (columns.length - 1);
  const first = Math.max(1, Math.min(natural[0] ?? 0, available));
  return { columns, widths: columns.map((index) => index === null ? 1 : first) };
}

/** Lowers the widest entries to a common cap so that the sum is at most `available`; what is left over goes to the capped ones. */
function narrow(widths: readonly number[], available: number): number[] {
  if (widths.reduce((sum, each) => sum + each, 0) <= available) return [...widths];
  const sumCapped = (cap: number) => widths.reduce((sum, each) => sum + Math.min(each, cap), 0);
  let cap = MIN_WIDTH;
  while (sumCapped(cap + 1) <= available) cap += 1;
  let spare = available - sumCapped(cap);
  return widths.map((each) => {
    if (each <= cap) return each;
    if (spare === 0) return cap;
    spare -= 1;
    return cap + 1;
  });
}
