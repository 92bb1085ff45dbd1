import type { OpenContender } from "./contender.ts";

/** What runs the queries, by the name that tables and options use. Each is loaded in a process that loads no other. */
export const CONTENDERS = {
  "duckdb": async () => (await import("./duckdb.ts")).openDuckdb,
  "rhei+arrow": async () => (await import("./rhei.ts")).openRhei("arrow"),
  "rhei+duckdb": async () => (await import("./rhei.ts")).openRhei("duckdb"),
  "libsql": async () => (await import("./libsql.ts")).openLibsql,
} satisfies Record<string, () => Promise<OpenContender>>;

export type ContenderName = keyof typeof CONTENDERS;
