import { RuntimeDecline } from "../../../olap_backend.ts";
import { textOf } from "../../kernels/mod.ts";
import { NO_VALUES, type StoredColumn, storedValue } from "../relation.ts";
import { type CallPlace, countedPositions, STRETCH } from "./call_place.ts";
import { FramePieces } from "./frames.ts";

/** group_concat() and string_agg() over each row's frame. */
export function concatRows(
  argument: StoredColumn,
  separator: StoredColumn | null,
  filter: StoredColumn | null,
  place: CallPlace,
): StoredColumn {
  const { order: { rows }, memory, capacity, scratch } = place;
  const counted = countedPositions(place, argument, filter);
  scratch.take(64 * rows.length);
  const texts = Array.from(rows, (row) => asText(storedValue(argument, row)));
  const separators = separator === null ? null : Array.from(rows, (row) => asText(storedValue(separator, row)));
  const { excluded, rowsStay } = place.frames;
  if (excluded === null && !rowsStay) refuseInexact(texts, separators, counted);
  const joined = excluded === null && rowsStay
    ? growing(texts, separators, counted, place)
    : anew(texts, separators, counted, place);
  const data: string[] = new Array(capacity).fill("");
  const nulls = memory.bytes(capacity);
  joined.forEach((text, at) => {
    if (text === null) nulls[rows[at]!] = 1;
    else {
      data[rows[at]!] = text;
      memory.take(16 + text.length);
    }
  });
  return { ...NO_VALUES, rep: "string", data, nulls };
}

/** Taking texts back out, SQLite 3.45 loses count of separators that differ, and of texts that are empty. */
function refuseInexact(
  texts: readonly string[],
  separators: readonly string[] | null,
  counted: Uint8Array | null,
): void {
  const refuses = texts.some((text, at) =>
    (counted === null || counted[at] === 1) &&
    (text === "" || (separators !== null && separators[at] !== separators[0]))
  );
  if (refuses) throw new RuntimeDecline("group_concat() over frames that empty texts leave");
}

function asText(value: Parameters<typeof textOf>[0] | null): string {
  return value === null ? "" : textOf(value);
}

class Joined {
  text: string | null = null;
  readonly #texts: readonly string[];
  readonly #separators: readonly string[] | null;
  readonly #counted: Uint8Array | null;

  constructor(texts: readonly string[], separators: readonly string[] | null, counted: Uint8Array | null) {
    this.#texts = texts;
    this.#separators = separators;
    this.#counted = counted;
  }

  add(at: number): void {
    if (this.#counted !== null && this.#counted[at] === 0) return;
    if (this.text === null) this.text = this.#texts[at]!;
    else this.text += (this.#separators === null ? "," : this.#separators[at]!) + this.#texts[at]!;
  }
}

function growing(
  texts: readonly string[],
  separators: readonly string[] | null,
  counted: Uint8Array | null,
  place: CallPlace,
): (string | null)[] {
  const { order: { rows, partitions }, frames: { end } } = place;
  const results: (string | null)[] = new Array(rows.length).fill(null);
  for (let p = 0; p + 1 < partitions.length; p++) {
    place.checkCancelled();
    const joined = new Joined(texts, separators, counted);
    let next = partitions[p]!;
    for (let at = partitions[p]!; at < partitions[p + 1]!; at++) {
      while (next < end[at]!) joined.add(next++);
      // SQLite's running result is NULL while it is empty; one read anew per frame is not.
      results[at] = joined.text === "" ? null : joined.text;
    }
  }
  return results;
}

function anew(
  texts: readonly string[],
  separators: readonly string[] | null,
  counted: Uint8Array | null,
  place: CallPlace,
): (string | null)[] {
  const pieces = new FramePieces(place.frames);
  let steps = 0;
  return texts.map((_, at) => {
    const joined = new Joined(texts, separators, counted);
    pieces.find(at);
    for (let piece = 0; piece < pieces.count; piece++) {
      for (let inside = pieces.begin[piece]!; inside < pieces.end[piece]!; inside++) {
        if (++steps % STRETCH === 0) place.checkCancelled();
        joined.add(inside);
      }
    }
    return joined.text;
  });
}
