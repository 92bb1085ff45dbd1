export { openDuckdb } from "./open_duckdb.ts";
