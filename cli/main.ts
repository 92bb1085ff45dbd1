import process from "node:process";
import manifest from "../deno.json" with { type: "json" };

/** Entry of the command `rhei`. Everything else is loaded when needed, so that `rhei --version` answers at once. */
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`rhei ${manifest.version}\n`);
} else {
  const { runCommandLine } = await import("./command_line.ts");
  process.exit(await runCommandLine(args, manifest.version, process));
}
