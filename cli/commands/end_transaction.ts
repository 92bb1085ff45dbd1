import type { HtapEngine } from "../../mod.ts";
import type { Terminal } from "../terminal/mod.ts";

/** Undoes a transaction that is left open at the end, and says so: what it did is lost. */
export async function endTransaction(engine: HtapEngine, terminal: Pick<Terminal, "notice">): Promise<void> {
  if (!engine.inTransaction) return;
  await engine.run("rollback");
  terminal.notice("The open transaction was rolled back");
}
