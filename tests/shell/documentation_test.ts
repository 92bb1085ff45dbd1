import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { META_COMMANDS } from "../../cli/meta/mod.ts";
import { parseArguments } from "../../cli/parse_arguments.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Words after a dot that are no dot commands: endings of files. */
const FILE_ENDINGS: ReadonlySet<string> = new Set([
  "csv",
  "tsv",
  "json",
  "jsonl",
  "parquet",
  "arrow",
  "rheirc",
  "rhei",
]);

/** Options of the benchmarks, which pages name too. */
const BENCHMARK_OPTIONS: ReadonlySet<string> = new Set(["--sf"]);

function helpOf(...args: string[]): string {
  const invocation = parseArguments([...args, "--help"], "0.0.0", { colors: false, width: 100 });
  assert.equal(invocation.kind, "text");
  return invocation.kind === "text" ? invocation.text : "";
}

/** The commands the overview lists. */
function commands(): string[] {
  const [list = ""] = helpOf().split("Global options:");
  return [...list.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = ""]) => name);
}

function optionsIn(help: string): string[] {
  return [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name = ""]) => name);
}

/** Options of a command itself, and the global ones; those of `completions` are the parser library's. */
function optionsOf(command: string): { readonly own: readonly string[]; readonly global: readonly string[] } {
  const [own = "", global = ""] = helpOf(command).split("Global options:");
  return { own: command === "completions" ? [] : optionsIn(own), global: optionsIn(global) };
}

const GLOBAL = new Set([...optionsOf("query").global, "--help", "--version"]);
const OWN = new Map(commands().map((command) => [command, new Set(optionsOf(command).own)]));

function read(path: string): string {
  return readFileSync(ROOT + path, "utf8");
}

/** Every page for users. */
function pages(): string[] {
  const docs = readdirSync(`${ROOT}docs`, { recursive: true, encoding: "utf8" });
  return ["README.md", ...docs.filter((path) => path.endsWith(".md")).map((path) => `docs/${path}`)];
}

/** What a page shows as code: spans, and lines of fenced blocks. */
function codeOf(markdown: string): string[] {
  const fenced = [...markdown.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const spans = [...markdown.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...fenced, ...spans].map((code) => code.replaceAll("\\|", "|").trim());
}

/** The part of the reference that is about a command. */
function sectionOf(command: string): string {
  const sections = read("docs/cli.md").split(/^(?=###? )/m);
  return sections.find((section) => new RegExp(`^### .*\`rhei ${command}\\b`).test(section)) ?? "";
}

Deno.test("docs/cli.md describes every command with all its options", () => {
  assert.ok(OWN.size >= 13, [...OWN.keys()].join());
  for (const [command, own] of OWN) {
    const section = sectionOf(command);
    assert.notEqual(section, "", `rhei ${command} has no section`);
    for (const option of own) assert.ok(section.includes(`\`${option}`), `${option} of rhei ${command}`);
  }
});

Deno.test("docs/cli.md lists every global option", () => {
  assert.ok(GLOBAL.size >= 16);
  for (const option of GLOBAL) assert.ok(read("docs/cli.md").includes(`\`${option}`), option);
});

Deno.test("docs/shell.md lists every dot command", () => {
  const code = codeOf(read("docs/shell.md"));
  for (const { name } of META_COMMANDS) {
    assert.ok(code.some((each) => each === `.${name}` || each.startsWith(`.${name} `)), `.${name}`);
  }
});

for (const page of pages()) {
  Deno.test(`${page} names only commands and options that there are`, () => {
    const known = new Set([...GLOBAL, ...[...OWN.values()].flatMap((own) => [...own])]);
    const dotCommands = new Set(META_COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
    for (const code of codeOf(read(page))) {
      const [, command] = /^(?:\w+=\S+ )?rhei ([a-z]+)\b/.exec(code) ?? [];
      if (command !== undefined) {
        assert.ok(OWN.has(command), `rhei ${command} in ${code}`);
        for (const [option] of code.split(" #")[0]!.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) {
          assert.ok(GLOBAL.has(option) || OWN.get(command)!.has(option), `${option} in ${code}`);
        }
      } else if (/^--[a-z-]+(?:[ =]|$)/.test(code) && !BENCHMARK_OPTIONS.has(code)) {
        assert.ok(known.has(/^--[a-z-]+/.exec(code)![0]), code);
      }
      const [, dotted] = /^\.([a-z]+)\b/.exec(code) ?? [];
      if (dotted !== undefined && !FILE_ENDINGS.has(dotted)) {
        // The reference shows that names may be cut short.
        assert.ok(dotCommands.has(dotted) || [...dotCommands].some((name) => name.startsWith(dotted)), code);
      }
    }
  });
}
