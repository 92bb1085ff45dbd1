import process from "node:process";
import type { Contender, ContenderInput, Rows } from "../support/contest/contender.ts";

interface Frame {
  rows(): Rows;
}

interface Polars {
  readParquet(path: string): Frame;
  SQLContext: new (frames: Readonly<Record<string, Frame>>) => {
    execute(sql: string): { readonly _ldf: unknown; collect(): Promise<Frame> };
  };
}

/** Polars' SQL over frames in memory. */
export async function openPolars({ tables, threads }: ContenderInput): Promise<Contender> {
  // Read when the library is loaded.
  process.env["POLARS_MAX_THREADS"] = String(threads);
  const name: string = "nodejs-polars";
  const { default: polars } = await import(name) as { default: Polars };
  const context = new polars.SQLContext(
    Object.fromEntries(tables.map((table) => [table.name, polars.readParquet(table.path)])),
  );
  return {
    run: async (sql) => {
      const plan = context.execute(sql);
      // Where it cannot plan a statement this release hands out the error in place of the plan.
      if (plan._ldf instanceof Error) throw plan._ldf;
      return (await plan.collect()).rows();
    },
    close: async () => {},
  };
}
