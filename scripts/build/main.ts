/**
 * Builds the executable with Bun. Run: `deno task build [--target NAME]... [--out FILE]`; without a target for this machine, as
 * `dist/rhei`, with one as `dist/rhei-NAME`; `--target all` builds every target.
 */
import { resolve } from "node:path";
import process from "node:process";
import { buildExecutable } from "./build_executable.ts";
import { buildRequests } from "./build_request.ts";

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..", "..");
  try {
    for (const { target, outfile } of buildRequests(Deno.args, "rhei")) {
      const startedMs = performance.now();
      const megabytes = await buildExecutable(root, target, outfile) / 1e6;
      const seconds = (performance.now() - startedMs) / 1000;
      process.stdout.write(
        `${outfile}: ${target.name}, ${megabytes.toFixed(1)} MB, built in ${seconds.toFixed(1)} s\n`,
      );
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
