import type { Warehouse } from "../warehouse.ts";

export type Rows = readonly (readonly unknown[])[];

/** What a contender loads. */
export interface ContenderInput {
  readonly tables: Warehouse["tables"];
  /** A libSQL file with the same tables. Nobody may write to it. */
  readonly sourcePath: string;
  /** Removed when the bench ends; shared by all contenders. */
  readonly scratch: string;
  readonly threads: number;
}

/** An engine with the tables loaded, alone in its process. */
export interface Contender {
  /** The rows as values of JavaScript. */
  run(sql: string): Promise<Rows>;
  close(): Promise<void>;
}

export type OpenContender = (input: ContenderInput) => Promise<Contender>;
