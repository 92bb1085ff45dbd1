export { OutputClosed, StandardOutput } from "./standard_output.ts";
export { processTerminal, type Terminal } from "./terminal.ts";
