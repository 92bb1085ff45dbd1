import type { OltpOpenTransaction } from "./oltp_client.ts";

/** Commits a transaction once `body` has resolved, and rolls it back if it, or the commit, fails. */
export async function committed<T>(
  transaction: Pick<OltpOpenTransaction, "commit" | "rollback">,
  body: () => T | Promise<T>,
): Promise<T> {
  try {
    const result = await body();
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}
