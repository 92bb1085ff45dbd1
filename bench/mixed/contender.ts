/** Statements inside one transaction. */
export interface Session {
  query(sql: string, params: readonly (number | string)[]): Promise<readonly (readonly unknown[])[]>;
  execute(sql: string, params: readonly (number | string)[]): Promise<void>;
}

/** Rows of a query. */
export interface Answer {
  readonly rows: readonly (readonly unknown[])[];
  /** Whether a mirror gave them, rather than the database itself. */
  readonly mirrored: boolean;
}

/** What an analytical client reads through; clients do not share one. */
export interface Reader {
  query(sql: string): Promise<Answer>;
  close(): Promise<void>;
}

/** A database that transactional and analytical clients of this process use at once. */
export interface Contender extends AsyncDisposable {
  readonly name: ContenderName;
  /** One write transaction. */
  transaction(body: (session: Session) => Promise<void>): Promise<void>;
  openReader(): Promise<Reader>;
  /** Ends what goes on behind the scenes, so that a measurement begins with nothing left to do. */
  settle(): Promise<void>;
}

export type ContenderName = "rhei+arrow" | "rhei+duckdb" | "libsql";

export const CONTENDER_NAMES: readonly ContenderName[] = ["rhei+arrow", "rhei+duckdb", "libsql"];
