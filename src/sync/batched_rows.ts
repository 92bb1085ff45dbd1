import { RheiError } from "../errors/mod.ts";
import type { ExactValue } from "../types/mod.ts";

/** Values of a row. */
export type ExactRow = readonly ExactValue[];

/** Rows one at a time. */
export interface BatchedRows {
  /** The next row, or `null` at the end. */
  next(): Promise<ExactRow | null>;
  /** The next row if it is there already: spares a promise. */
  nextBuffered(): ExactRow | null;
  /** Lets go of where rows come from. */
  end(): Promise<void>;
}

/**
 * Rows of batches one at a time; a promise is paid per batch only.
 *
 * @param action What is given up when the signal aborts: `verify the mirror`.
 */
export function batchedRows(
  batches: AsyncIterable<readonly ExactRow[]>,
  action: string,
  signal: AbortSignal | undefined,
): BatchedRows {
  const iterator = batches[Symbol.asyncIterator]();
  let batch: readonly ExactRow[] = [];
  let at = 0;
  const nextBuffered = (): ExactRow | null => batch[at++] ?? null;
  return {
    nextBuffered,
    async next(): Promise<ExactRow | null> {
      let row = nextBuffered();
      while (row === null) {
        if (signal?.aborted) throw new RheiError("CANCELLED", `Cannot ${action}: it was cancelled`);
        const step = await iterator.next();
        if (step.done) return null;
        batch = step.value;
        at = 0;
        row = nextBuffered();
      }
      return row;
    },
    async end(): Promise<void> {
      await iterator.return?.();
    },
  };
}
