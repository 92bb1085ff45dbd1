export { ElapsedTime } from "./elapsed_time.ts";
export type { HostProcess } from "./host_process.ts";
export { OutputClosed, type OutputStream, StandardOutput } from "./standard_output.ts";
export { processTerminal, type Terminal } from "./terminal.ts";
