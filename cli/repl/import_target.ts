import type { ImportTarget } from "../transfer/mod.ts";
import type { SessionEngine } from "./session_options.ts";

/** Names the part of an open transaction that an import is. */
const SAVEPOINT = "rhei_import";

/** Where an import writes: in a transaction of its own, or within the one that is open, which it leaves as it was if it fails. */
export function importTarget(engine: SessionEngine): ImportTarget {
  if (!engine.inTransaction) return engine;
  return {
    query: (sql, params) => engine.query(sql, params),
    async transaction(body) {
      await engine.run(`savepoint ${SAVEPOINT}`);
      try {
        return await body({ execute: (sql, params) => engine.run(sql, params) });
      } catch (error) {
        // A failure may have ended the whole transaction; then there is nothing to go back to.
        if (engine.inTransaction) await engine.run(`rollback to ${SAVEPOINT}`);
        throw error;
      } finally {
        if (engine.inTransaction) await engine.run(`release ${SAVEPOINT}`);
      }
    },
  };
}
