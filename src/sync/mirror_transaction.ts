import type { OlapBackend, OlapTransaction } from "../olap/mod.ts";

/** Runs `body` in a transaction of the mirror. It has to commit it; when it throws, the transaction is rolled back. */
export async function inMirrorTransaction<T>(
  olap: OlapBackend,
  body: (transaction: OlapTransaction) => Promise<T>,
): Promise<T> {
  const transaction = await olap.begin();
  try {
    return await body(transaction);
  } catch (error) {
    // A failed commit has rolled back already; the first failure says more.
    await transaction.rollback().catch(() => {});
    throw error;
  }
}
