import { basename } from "node:path";
import { counted } from "../render/mod.ts";
import type { SessionEngine } from "./session_options.ts";

/** What the shell says at its start, in two lines. */
export function bannerLines(facts: {
  readonly version: string;
  readonly database: string;
  /** Backend of the mirror. */
  readonly backend: string;
  /** Tables whose changes are captured; 0 and `null` are left out. */
  readonly tablesTracked: number | null;
}): string[] {
  const isAddress = facts.database.includes("://");
  // The whole path of a file may be longer than the terminal is wide; `.status` shows it.
  const database = isAddress ? facts.database : basename(facts.database);
  const parts = [`rhei ${facts.version}`, database, facts.backend];
  if (facts.tablesTracked !== null && facts.tablesTracked > 0) {
    parts.push(`${counted(facts.tablesTracked, "table")} tracked`);
  }
  return [parts.join(" · "), "SQL ends at ; — .help lists the dot commands, Ctrl-D leaves"];
}

/** Tables whose changes are captured, told by their triggers: the mirror, perhaps busy with its first load, is not asked. */
export async function tablesTracked(engine: Pick<SessionEngine, "query">): Promise<number> {
  const result = await engine.query(
    "select count(distinct tbl_name) from sqlite_schema where type = 'trigger' and name like '\\_rhei\\_%' escape '\\'",
    [],
    { route: "oltp" },
  );
  return Number(result.values()[0]?.[0] ?? 0);
}
