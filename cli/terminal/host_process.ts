/** What a command line uses of the process it runs in. `process` itself is one. */
export type HostProcess = Pick<NodeJS.Process, "stdin" | "stdout" | "stderr" | "env" | "on" | "off" | "exit">;
