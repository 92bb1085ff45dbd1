import { invariant } from "../../../errors/mod.ts";
import type { ColumnVector } from "../../../types/mod.ts";
import { ByteHeap } from "./byte_heap.ts";
import { DistinctSketch } from "./distinct_sketch.ts";
import { encodedTexts } from "./encode_texts.ts";
import { grown, sharedArray } from "./shared_memory.ts";
import type { StoredColumn } from "./stored_column.ts";
import type { ColumnView } from "./table_snapshot.ts";
import { GrowingDictionary } from "./text_dictionary.ts";
import { Validity } from "./validity.ts";

/** Distinct texts beyond which a dictionary no longer pays: looking them up leaves the processor's caches. */
const DICTIONARY_COUNT_MAX = 1 << 20;
/** Rows from which on a dictionary must hold at most one text for two of them. */
const DICTIONARY_ROWS_MIN = 4096;
/** Stands for the empty string of a NULL. */
const NO_STRING = -1;

type Form =
  | { readonly kind: "dictionary"; readonly dictionary: GrowingDictionary; codes: Int32Array }
  | { readonly kind: "plain"; readonly heap: ByteHeap; readonly sketch: DistinctSketch };

/** A column of text: codes into a dictionary while texts repeat, else plain. */
export class TextColumn implements StoredColumn {
  readonly #validity = new Validity();
  #form: Form;
  #length = 0;
  #markedLength = 0;

  /** @param dictionary Texts known already, or `null` for a plain column. */
  constructor(dictionary: GrowingDictionary | null = new GrowingDictionary()) {
    this.#form = dictionary === null
      ? plainForm()
      : { kind: "dictionary", dictionary, codes: sharedArray(Int32Array, 0) };
  }

  get length(): number {
    return this.#length;
  }

  append(vector: ColumnVector, count: number): void {
    invariant(vector.class === "text", "text goes into columns of text");
    const first = this.#length;
    const length = first + count;
    const form = this.#form;
    if (form.kind === "dictionary") form.codes = grown(form.codes, first, length);
    let at = first;
    for (const part of encodedTexts(vector, count)) {
      if (form.kind === "dictionary") form.dictionary.encode(part, form.codes, at);
      else form.heap.appendEncoded(part);
      this.#validity.append(part.nulls, at, part.rowCount);
      at += part.rowCount;
    }
    if (form.kind === "plain") form.heap.sketch(form.sketch, first);
    this.#length = length;
    if (form.kind === "dictionary") this.#reconsider(form.dictionary.count);
  }

  appendFrom(source: StoredColumn, positions: Int32Array): void {
    invariant(source instanceof TextColumn, "text comes from a column of text");
    const first = this.#length;
    const length = first + positions.length;
    this.#validity.reserve(length);
    for (let row = 0; row < positions.length; row++) {
      if (source.#validity.isNull(positions[row]!)) this.#validity.clear(first + row, length);
    }
    const from = source.#form;
    // It may have given up the dictionary that it shared with this column.
    if (from.kind === "plain") this.becomePlain();
    const form = this.#form;
    if (form.kind === "plain") {
      invariant(from.kind === "plain", "a column never goes back to a dictionary");
      form.heap.appendFrom(from.heap, positions);
      form.heap.sketch(form.sketch, first);
    } else {
      invariant(from.kind === "dictionary" && from.dictionary === form.dictionary, "emptied() keeps the dictionary");
      form.codes = grown(form.codes, first, length);
      for (let row = 0; row < positions.length; row++) form.codes[first + row] = from.codes[positions[row]!]!;
    }
    this.#length = length;
  }

  /** Adds texts by their codes in a dictionary, which is the column's own unless that is plain; NULLs have code 0. */
  appendCodes(dictionary: GrowingDictionary, codes: Int32Array, nulls: Uint8Array | null): void {
    const form = this.#form;
    const first = this.#length;
    if (form.kind === "plain") {
      form.heap.appendFrom(
        dictionary.heap,
        nulls === null ? codes : codes.map((code, row) => nulls[row] ? NO_STRING : code),
      );
      form.heap.sketch(form.sketch, first);
    } else {
      invariant(form.dictionary === dictionary, "codes are of the column's dictionary");
      form.codes = grown(form.codes, first, first + codes.length);
      form.codes.set(codes, first);
    }
    this.#validity.append(nulls, first, codes.length);
    this.#length = first + codes.length;
  }

  /** Adds texts as they lie in Arrow's layout to a plain column. */
  appendArrow(offsets: Int32Array, bytes: Uint8Array, count: number, nulls: Uint8Array | null): void {
    const form = this.#form;
    invariant(form.kind === "plain", "bytes go into plain columns");
    const first = this.#length;
    form.heap.appendArrow(offsets, bytes, count);
    form.heap.sketch(form.sketch, first);
    this.#validity.append(nulls, first, count);
    this.#length = first + count;
  }

  mark(): void {
    this.#markedLength = this.#length;
    this.#validity.mark();
  }

  rollback(): void {
    this.#validity.restore(this.#markedLength);
    this.#length = this.#markedLength;
    if (this.#form.kind === "plain") this.#form.heap.truncate(this.#length);
  }

  view(): ColumnView {
    const base = { validity: this.#validity.bits, nullCount: this.#validity.nullCount, range: null };
    const form = this.#form;
    const values = this.#length - base.nullCount;
    if (form.kind === "plain") {
      const { offsets, bytes } = form.heap;
      return { ...base, data: { kind: "utf8", offsets, bytes }, distinctEstimate: form.sketch.estimate(values) };
    }
    const dictionary = form.dictionary.view();
    return {
      ...base,
      data: { kind: "dictionary", codes: form.codes, dictionary },
      distinctEstimate: Math.min(values, dictionary.count),
    };
  }

  emptied(length: number): TextColumn {
    const column = new TextColumn(this.#form.kind === "plain" ? null : this.#form.dictionary);
    const form = column.#form;
    if (form.kind === "dictionary") form.codes = grown(form.codes, 0, length);
    else if (this.#form.kind === "plain") form.heap.reserve(length, this.#form.heap.byteLength);
    return column;
  }

  /** Gives the dictionary up once texts seldom repeat. */
  #reconsider(distinct: number): void {
    const rows = this.#length;
    if (rows >= DICTIONARY_ROWS_MIN && (distinct > rows / 2 || distinct > DICTIONARY_COUNT_MAX)) this.becomePlain();
  }

  /** Replaces a dictionary by the texts themselves. */
  becomePlain(): void {
    const form = this.#form;
    if (form.kind === "plain") return;
    const rows = this.#length;
    const plain = plainForm();
    const indexes = form.codes.slice(0, rows);
    if (this.#validity.nullCount > 0) {
      for (let row = 0; row < rows; row++) if (this.#validity.isNull(row)) indexes[row] = NO_STRING;
    }
    plain.heap.appendFrom(form.dictionary.heap, indexes);
    plain.heap.sketch(plain.sketch, 0);
    this.#form = plain;
  }
}

function plainForm(): Form & { readonly kind: "plain" } {
  return { kind: "plain", heap: new ByteHeap(), sketch: new DistinctSketch() };
}
