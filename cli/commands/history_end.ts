import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { flag } from "@optique/core/primitives";
import type { HistoryEnd } from "../../mod.ts";
import { RheiError } from "../../src/errors/mod.ts";

/** The flags that say what becomes of history that a command ends. */
export const HISTORY_FLAGS = {
  keepHistory: optional(
    flag("--keep-history", { description: message`Leave the versions there are to be read.` }),
  ),
  discardHistory: optional(
    flag("--discard-history", { description: message`Delete the versions there are.` }),
  ),
};

/** What the flags say; `undefined` if neither is given. @throws {RheiError} `CONFIG` for both. */
export function historyEnd(
  { keepHistory, discardHistory }: {
    readonly keepHistory: boolean | undefined;
    readonly discardHistory: boolean | undefined;
  },
): HistoryEnd | undefined {
  if (keepHistory && discardHistory) {
    throw new RheiError("CONFIG", "Cannot use both --keep-history and --discard-history");
  }
  return keepHistory ? "keep" : discardHistory ? "discard" : undefined;
}
