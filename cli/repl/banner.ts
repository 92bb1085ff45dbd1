import { counted } from "../render/mod.ts";

/** What the shell says at its start, in two lines. */
export function bannerLines(facts: {
  readonly version: string;
  readonly database: string;
  /** Backend of the mirror. */
  readonly backend: string;
  /** Tables whose changes are captured; `null` when that is not known yet. */
  readonly tablesTracked: number | null;
}): string[] {
  const parts = [`rhei ${facts.version}`, facts.database, facts.backend];
  if (facts.tablesTracked !== null) parts.push(`${counted(facts.tablesTracked, "table")} tracked`);
  return [parts.join(" · "), "SQL ends at ; — .help lists the dot commands, Ctrl-D leaves"];
}
