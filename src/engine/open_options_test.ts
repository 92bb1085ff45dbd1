import assert from "node:assert/strict";
import { RheiError } from "../errors/mod.ts";
import { type OpenOptions, resolveOptions } from "./open_options.ts";

const WRONG: readonly { name: string; options: unknown; error: (error: unknown) => boolean }[] = [
  { name: "no database", options: {}, error: (e) => e instanceof TypeError },
  {
    name: "two databases",
    options: { oltpPath: "a", oltp: { url: "http://x" } },
    error: (e) => e instanceof TypeError,
  },
  {
    name: "a misspelt option, suggesting the right one",
    options: { oltpPath: "a", freshnes: "any" },
    error: (e) => e instanceof TypeError && /"freshness"/.test(e.message),
  },
  { name: "an unknown route", options: { oltpPath: "a", route: "fast" }, error: (e) => e instanceof RangeError },
  {
    name: "a negative interval",
    options: { oltpPath: "a", syncIntervalMs: -1 },
    error: (e) => e instanceof RangeError,
  },
  {
    name: "history kept for a colour",
    options: { oltpPath: "a", historyRetention: "blue" },
    error: (e) => e instanceof RangeError,
  },
  { name: "a batch of no rows", options: { oltpPath: "a", syncBatchSize: 0 }, error: (e) => e instanceof RangeError },
  {
    name: "a freshness without unit",
    options: { oltpPath: "a", freshness: "500" },
    error: (e) => e instanceof RheiError && e.code === "CONFIG",
  },
];

for (const { name, options, error } of WRONG) {
  Deno.test(`resolveOptions() refuses ${name}`, () => {
    assert.throws(() => resolveOptions(options as OpenOptions), error);
  });
}

const MIRROR_PATHS: readonly { name: string; options: OpenOptions; path: string | null }[] = [
  { name: "beside the file", options: { oltpPath: "app.db" }, path: "app.db.rhei" },
  { name: "in memory for a database in memory", options: { oltpPath: ":memory:" }, path: null },
  { name: "in memory when asked", options: { oltpPath: "app.db", olap: { path: ":memory:" } }, path: null },
  { name: "in memory for a read-only database", options: { oltpPath: "app.db", readOnly: true }, path: null },
  { name: "where it is told", options: { oltpPath: "app.db", olap: { path: "/m" } }, path: "/m" },
  { name: "in memory for a remote database", options: { oltpPath: "libsql://h" }, path: null },
];

for (const { name, options, path } of MIRROR_PATHS) {
  Deno.test(`resolveOptions() puts the mirror ${name}`, () => assert.equal(resolveOptions(options).mirrorPath, path));
}
