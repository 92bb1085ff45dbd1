export { ElapsedTime } from "./elapsed_time.ts";
export { OutputClosed, StandardOutput } from "./standard_output.ts";
export { processTerminal, type Terminal } from "./terminal.ts";
