/** What a client has learnt of its database; shared by its connections. */
export interface DatabaseFacts {
  /** Counts the schema changes known of, and settings, so that what was cached of a schema can be renewed. */
  schemaGeneration: number;
  /** Whether some text was met that the driver cannot give; see `blobForm`. */
  unsafeText: boolean;
  /** Encoding of its texts, as `TextDecoder` names it; `null` until asked for, which must not be before it has a table. */
  encoding: "utf-8" | "utf-16le" | "utf-16be" | null;
}

/** Of a database just opened. */
export function newFacts(): DatabaseFacts {
  return { schemaGeneration: 0, unsafeText: false, encoding: null };
}
