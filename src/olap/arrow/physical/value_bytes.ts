/** Memory that a value of JavaScript's own takes beyond the slot that leads to it, roughly: header and contents as V8 lays them out. */
export function valueBytes(value: unknown): number {
  switch (typeof value) {
    case "string":
      return 16 + value.length;
    case "bigint":
    case "number":
      return 16;
    case "object":
      return value instanceof Uint8Array ? 150 + value.length : 0;
    default:
      return 0;
  }
}

/** What a text takes that is kept in a table by which it is found. */
export function entryBytes(text: string): number {
  return 48 + valueBytes(text);
}
