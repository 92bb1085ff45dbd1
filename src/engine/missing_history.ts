import { type ChangeSource, isInternalName, isOwnName } from "../cdc/mod.ts";
import { suggest } from "../errors/mod.ts";
import type { OltpClient } from "../oltp/mod.ts";
import { foldName } from "../sql/mod.ts";

/** Why there are no versions of a table's rows, and what can be done about it. */
export interface MissingHistory {
  readonly code: "HISTORY_UNAVAILABLE" | "SQL_UNKNOWN_NAME";
  /** Completes "Cannot read the history of …: ". */
  readonly reason: string;
  readonly hint?: string;
}

/** Asks the source, as it is now, why the mirror has no versions of a table's rows: it need not know the table at all. */
export async function missingHistory(
  table: string,
  oltp: OltpClient,
  source: Pick<ChangeSource, "schema">,
): Promise<MissingHistory> {
  const folded = foldName(table);
  // Tables of rhei's own are not for users to know.
  if (isOwnName(folded)) return unknown([], table);
  if (isInternalName(folded)) return notKept("it is an internal table of the database");
  await using snapshot = await oltp.snapshot();
  const { level, source: { views }, captured, absent } = await source.schema(snapshot);
  if (views.has(folded)) {
    return { code: "HISTORY_UNAVAILABLE", reason: "it is a view; ask for versions of the tables it reads" };
  }
  const absence = absent.get(folded);
  if (absence === undefined && !captured.has(folded)) return unknown([...captured.keys(), ...absent.keys()], table);
  if (oltp.readOnly) {
    return notKept(
      "the database is open read-only",
      "the mirror of a database that may not be written is a snapshot of its present rows",
    );
  }
  if (absence !== undefined && !absence.untracked) return notKept(absence.reason);
  const command = `rhei track DB${absence === undefined ? "" : ` ${absence.name}`}`;
  const fromNowOn = "history is kept from the moment it is asked for: ";
  if (level === "keys") {
    return notKept("the database is kept in sync mode destructive", `${fromNowOn}${command} --sync-mode temporal`);
  }
  if (absence !== undefined) return notKept(absence.reason, `${fromNowOn}${command}`);
  return notKept("the mirror has not read it yet", "ask for the latest state, which waits for the mirror");
}

function unknown(names: readonly string[], table: string): MissingHistory {
  const near = suggest(table, names);
  const reason = "there is no such table";
  return { code: "SQL_UNKNOWN_NAME", reason, ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }) };
}

function notKept(why: string, hint?: string): MissingHistory {
  const reason = `no versions of its rows are kept: ${why}`;
  return { code: "HISTORY_UNAVAILABLE", reason, ...(hint === undefined ? {} : { hint }) };
}
