/** The text being edited, and where the cursor stands in it. Never changed: every edit gives a new one. */
export interface EditState {
  readonly text: string;
  /** UTF-16 offset in `text`, never inside a grapheme cluster. */
  readonly cursor: number;
}

/** An edit that only looks at the text. `null` when there is nothing for it to do. */
export type Edit = (state: EditState) => EditState | null;

export const EMPTY: EditState = { text: "", cursor: 0 };

let segmenter: Intl.Segmenter | undefined;

/** Graphemes next to the cursor are looked for within this many UTF-16 units: longer clusters do not occur in texts. */
const GRAPHEME_REACH = 64;

/** Offset of the grapheme cluster before `cursor`. */
function graphemeBefore(text: string, cursor: number): number {
  const from = Math.max(0, cursor - GRAPHEME_REACH);
  segmenter ??= new Intl.Segmenter();
  let start = from;
  for (const { index } of segmenter.segment(text.slice(from, cursor))) start = from + index;
  return start;
}

/** Offset after the grapheme cluster at `cursor`. */
function graphemeAfter(text: string, cursor: number): number {
  segmenter ??= new Intl.Segmenter();
  const [first] = segmenter.segment(text.slice(cursor, cursor + GRAPHEME_REACH));
  return cursor + (first?.segment.length ?? 0);
}

// A search backwards from before the text would look at its first character.
const lineStart = ({ text, cursor }: EditState): number => cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;

const lineEnd = ({ text, cursor }: EditState): number => {
  const at = text.indexOf("\n", cursor);
  return at < 0 ? text.length : at;
};

/** Start of the word at or before the cursor: letters, digits and `_`, as SQL's names are. */
function wordStart({ text, cursor }: EditState): number {
  return cursor - (/[\p{L}\p{N}_$]*[^\p{L}\p{N}_$]*$/u.exec(text.slice(0, cursor))?.[0].length ?? 0);
}

function wordEnd({ text, cursor }: EditState): number {
  return cursor + (/^[^\p{L}\p{N}_$]*[\p{L}\p{N}_$]*/u.exec(text.slice(cursor))?.[0].length ?? 0);
}

const moveTo = (target: (state: EditState) => number): Edit => (state) => {
  const cursor = target(state);
  return cursor === state.cursor ? null : { ...state, cursor };
};

/** Cuts the text between the cursor and `target`, on whichever side that lies. */
const cutTo = (target: (state: EditState) => number): Edit => (state) => {
  const { text, cursor } = state;
  const [from, to] = [cursor, target(state)].sort((a, b) => a - b) as [number, number];
  return from === to ? null : { text: text.slice(0, from) + text.slice(to), cursor: from };
};

/** The cursor at the same column of a neighbouring line; `null` when there is no such line. */
const moveLines = (direction: -1 | 1): Edit => (state) => {
  const { text } = state;
  const start = lineStart(state);
  const column = state.cursor - start;
  const edge = direction < 0 ? start - 1 : lineEnd(state);
  if (edge < 0 || edge >= text.length) return null;
  const targetStart = direction < 0 ? lineStart({ text, cursor: edge }) : edge + 1;
  const targetEnd = lineEnd({ text, cursor: targetStart });
  return { text, cursor: Math.min(targetStart + column, targetEnd) };
};

/** Swaps the characters around the cursor, at the end of a line the two before it. */
const transpose: Edit = (state) => {
  const { text, cursor } = state;
  const middle = cursor === lineEnd(state) ? graphemeBefore(text, cursor) : cursor;
  if (middle <= lineStart(state)) return null;
  const from = graphemeBefore(text, middle);
  const to = graphemeAfter(text, middle);
  return {
    text: text.slice(0, from) + text.slice(middle, to) + text.slice(from, middle) + text.slice(to),
    cursor: to,
  };
};

const blankBefore = ({ text, cursor }: EditState): number =>
  cursor - (/\S*\s*$/.exec(text.slice(0, cursor))?.[0].length ?? 0);

/** The edits keys ask for, by name. Those that cut put what they cut aside. */
export const EDITS = {
  left: moveTo(({ text, cursor }) => graphemeBefore(text, cursor)),
  right: moveTo(({ text, cursor }) => graphemeAfter(text, cursor)),
  wordLeft: moveTo(wordStart),
  wordRight: moveTo(wordEnd),
  lineStart: moveTo(lineStart),
  lineEnd: moveTo(lineEnd),
  textStart: moveTo(() => 0),
  textEnd: moveTo(({ text }) => text.length),
  lineUp: moveLines(-1),
  lineDown: moveLines(1),
  deleteBack: cutTo(({ text, cursor }) => graphemeBefore(text, cursor)),
  deleteForward: cutTo(({ text, cursor }) => graphemeAfter(text, cursor)),
  transpose,
} as const satisfies Readonly<Record<string, Edit>>;

/** The edits whose cut text can be put back by Ctrl-Y. */
export const CUTS = {
  cutWordBack: cutTo(blankBefore),
  cutNameBack: cutTo(wordStart),
  cutWordForward: cutTo(wordEnd),
  // At a line's end its break goes, so that the key can be pressed again and again.
  cutLineEnd: cutTo((state) =>
    lineEnd(state) === state.cursor ? Math.min(state.cursor + 1, state.text.length) : lineEnd(state)
  ),
  cutLineStart: cutTo((state) => lineStart(state) === state.cursor ? Math.max(0, state.cursor - 1) : lineStart(state)),
} as const satisfies Readonly<Record<string, Edit>>;

/** The text with `inserted` at the cursor, which moves behind it. */
export function insert({ text, cursor }: EditState, inserted: string): EditState {
  return { text: text.slice(0, cursor) + inserted + text.slice(cursor), cursor: cursor + inserted.length };
}
