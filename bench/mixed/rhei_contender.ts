import { type Freshness, HtapEngine } from "../../mod.ts";
import type { Contender } from "./contender.ts";

/** How rhei is opened. */
export interface RheiSettings {
  readonly backend: "arrow" | "duckdb";
  readonly freshness: Freshness;
  /** Threads a query may use. */
  readonly threads: number;
}

/** rhei as an application uses it: one engine for all clients, which routes by itself and syncs in the background. */
export async function openRhei(oltpPath: string, { backend, freshness, threads }: RheiSettings): Promise<Contender> {
  const engine = await HtapEngine.open({ oltpPath, olap: { backend, path: ":memory:" }, threads, freshness });
  return {
    name: `rhei+${backend}`,
    transaction: (body) =>
      engine.transaction((transaction) =>
        body({
          query: async (sql, params) => (await transaction.query(sql, params)).values(),
          execute: async (sql, params) => {
            await transaction.execute(sql, params);
          },
        })
      ),
    openReader: async () => ({
      query: async (sql) => {
        const result = await engine.query(sql);
        return { rows: result.values(), mirrored: result.target === "olap" };
      },
      close: async () => {},
    }),
    settle: async () => {
      await engine.syncNow();
    },
    [Symbol.asyncDispose]: () => engine.close(),
  };
}
