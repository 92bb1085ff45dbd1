import type { ColumnVector } from "../../../types/mod.ts";
import type { KeyIndex } from "./key_index.ts";
import type { PositionList } from "./position_list.ts";

/** A key as a Map takes it: equal exactly for keys that are equal. A Map takes 0 and -0 for the same, as SQLite does. */
type MapKey = string | number;

/** Bytes turned into characters at a time: arguments of a call have a limit. */
const CHARACTERS_MAX = 8192;

/** Positions by keys that are not one integer. */
export class EncodedKeyIndex implements KeyIndex {
  readonly #positions = new Map<MapKey, number>();

  put(keys: readonly ColumnVector[], rowCount: number, first: number, former: PositionList): void {
    const encode = encoder(keys);
    for (let row = 0; row < rowCount; row++) {
      const key = encode(row);
      const before = this.#positions.get(key);
      if (before !== undefined) former.add(before);
      this.#positions.set(key, first + row);
    }
  }

  find(keys: readonly ColumnVector[], rowCount: number, found: PositionList): void {
    const encode = encoder(keys);
    for (let row = 0; row < rowCount; row++) {
      const position = this.#positions.get(encode(row));
      if (position !== undefined) found.add(position);
    }
  }

  remove(keys: readonly ColumnVector[], rowCount: number, former: PositionList): void {
    const encode = encoder(keys);
    for (let row = 0; row < rowCount; row++) {
      const key = encode(row);
      const before = this.#positions.get(key);
      if (before === undefined) continue;
      former.add(before);
      this.#positions.delete(key);
    }
  }
}

function encoder(keys: readonly ColumnVector[]): (row: number) => MapKey {
  const [key] = keys;
  if (keys.length === 1 && key !== undefined) {
    if (key.class === "text") return (row) => key.data[row] ?? NULL_KEY;
    if (key.class === "real" || key.class === "number") {
      const { data, nulls } = key;
      return (row) => nulls !== null && nulls[row] !== 0 ? NULL_KEY : data[row]!;
    }
  }
  return (row) => {
    let encoded = "";
    for (const each of keys) encoded += encodePart(each, row);
    return encoded;
  };
}

/** No text: text in the mirror is UTF-8, which has no halves of characters. */
const NULL_KEY = "\ud800";

/** A part of a key such that no part is the beginning of another of its class. */
function encodePart(key: ColumnVector, row: number): string {
  switch (key.class) {
    case "integer":
      return key.nulls !== null && key.nulls[row] !== 0 ? NULL_KEY : `${key.data[row]};`;
    case "real":
    case "number":
      // The shortest text that reads back as the same double; "0" for -0 too.
      return key.nulls !== null && key.nulls[row] !== 0 ? NULL_KEY : `${key.data[row]};`;
    case "text": {
      const text = key.data[row] ?? null;
      return text === null ? NULL_KEY : `${text.length}:${text}`;
    }
    case "blob": {
      const blob = key.data[row] ?? null;
      return blob === null ? NULL_KEY : `${blob.length}:${latin1(blob)}`;
    }
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += CHARACTERS_MAX) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHARACTERS_MAX));
  }
  return text;
}
