import type { ColumnClass } from "../../../types/mod.ts";
import { EncodedKeyIndex } from "./encoded_key_index.ts";
import { IntegerKeyIndex } from "./integer_key_index.ts";
import type { KeyIndex } from "./key_index.ts";

/**
 * An empty index for keys of the given classes.
 *
 * @param rowCount Keys it is likely to get.
 */
export function newKeyIndex(classes: readonly ColumnClass[], rowCount: number): KeyIndex {
  return classes.length === 1 && classes[0] === "integer" ? new IntegerKeyIndex(rowCount) : new EncodedKeyIndex();
}
