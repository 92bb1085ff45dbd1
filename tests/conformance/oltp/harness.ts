import { ok, strictEqual } from "node:assert/strict";
import { RheiError, type RheiErrorCode } from "../../../src/errors/mod.ts";
import type { OltpClient, OltpOpenOptions } from "../../../src/oltp/mod.ts";
import type { SqlParameters } from "../../../src/types/mod.ts";

/** One database for one case. */
export interface OltpHarness extends AsyncDisposable {
  /** Opens the database; every client of it sees the same content. */
  open(options?: OltpOpenOptions): Promise<OltpClient>;
}

/** How the suite reaches a kind of database. */
export interface OltpSubject {
  readonly name: string;
  /** Whether several clients can open the same database. */
  readonly shareable: boolean;
  /** Whether REAL values arrive bit by bit; the remote protocol's JSON has no infinities and no -0. */
  readonly exactReals: boolean;
  make(): Promise<OltpHarness>;
}

/** One test, given an open client of a fresh database. */
export type Case = (client: OltpClient, harness: OltpHarness) => Promise<void>;

/** The rejection of a call: a RheiError with this code, its message matching. */
export function fails(code: RheiErrorCode, message: RegExp = /^Cannot /): (error: unknown) => boolean {
  return (error) => {
    ok(error instanceof RheiError, `expected a RheiError, not ${error}`);
    strictEqual(error.code, code, error.message);
    ok(message.test(error.message), error.message);
    return true;
  };
}

/** The rows of a query. */
export async function rowsOf(
  client: Pick<OltpClient, "query">,
  sql: string,
  params: SqlParameters = [],
): Promise<unknown[][]> {
  return (await client.query(sql, params)).rows.map((row) => [...row]);
}
