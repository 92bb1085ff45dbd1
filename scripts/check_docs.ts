// deno-lint-ignore-file no-console -- a script reports on stderr
/**
 * Fails when documentation lies: a file or folder named in a Markdown page that does not exist, a line number cited, a name that
 * `mod.ts` exports, or a member of one, without JSDoc, or one missing from the export snapshot. Run: `deno task docs`; `deno task docs --update` rewrites the snapshot.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The pages at the top, the map of the code, and all in the folder of documentation. */
function pages(root: string): string[] {
  const found = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "src/README.md"];
  const folders = ["docs"];
  for (const folder of folders) {
    for (const { name, isDirectory } of Deno.readDirSync(join(root, folder))) {
      if (isDirectory) folders.push(join(folder, name));
      else if (name.endsWith(".md")) found.push(join(folder, name));
    }
  }
  return found;
}

const SNAPSHOT = "scripts/exports.snapshot";

/** Paths of this project named in backticks or links of a Markdown text. */
export function pathsNamed(markdown: string): string[] {
  const found = new Set<string>();
  for (const match of markdown.matchAll(/`((?:src|cli|tests|bench|scripts)\/[^`\s*{}<>]*|mod\.ts|deno\.json)`/g)) {
    found.add(match[1]!);
  }
  for (const match of markdown.matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)) found.add(match[1]!);
  return [...found];
}

/** What is wrong with a page whose links are relative to `folder`. */
export function checkPage(root: string, page: string, markdown: string): string[] {
  const problems: string[] = [];
  for (const path of pathsNamed(markdown)) {
    const inPlace = join(root, page, "..", path);
    if (!existsSync(join(root, path)) && !existsSync(inPlace)) {
      problems.push(`${page}: names ${path}, which does not exist`);
    }
  }
  for (const match of markdown.matchAll(/`[\w/]+\.ts:\d+`/g)) {
    problems.push(`${page}: cites a line number in ${match[0]}; lines drift`);
  }
  return problems;
}

async function denoDoc(
  root: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = new Deno.Command(Deno.execPath(), { args: ["doc", ...args], cwd: root, env: { NO_COLOR: "1" } });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function exportsOf(root: string): Promise<string[]> {
  const { code, stdout, stderr } = await denoDoc(root, ["--json", "mod.ts"]);
  if (code !== 0) throw new Error(`deno doc failed: ${stderr}`);
  const json = JSON.parse(stdout) as { nodes: Record<string, { symbols?: { name: string }[] }> };
  const names = Object.values(json.nodes).flatMap(({ symbols = [] }) => symbols.map(({ name }) => name));
  return [...new Set(names)].sort();
}

/** What `deno doc --lint` finds: exported names and members without JSDoc, and public types that cannot be named. */
export function lintProblems(output: string): string[] {
  return [...output.matchAll(/^error\[[\w-]+\]: (.+)\n\s*--> (.+?):\d+:\d+\n(?:.*\|\s*\n)?\s*\d+ \|(.*)/gm)]
    .map(([, what, path, code]) => `${path}: ${what}: ${code!.trim()}`);
}

async function lintDocs(root: string): Promise<string[]> {
  const { code, stdout, stderr } = await denoDoc(root, ["--lint", "mod.ts"]);
  if (code === 0) return [];
  const problems = lintProblems(stdout + stderr);
  return problems.length > 0 ? problems : [`deno doc --lint failed: ${stderr}`];
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..");
  const problems = pages(root).filter((page) => existsSync(join(root, page)))
    .flatMap((page) => checkPage(root, page, Deno.readTextFileSync(join(root, page))));
  const [names, undocumented] = await Promise.all([exportsOf(root), lintDocs(root)]);
  problems.push(...undocumented);
  const present = names.join("\n") + "\n";
  if (Deno.args.includes("--update")) Deno.writeTextFileSync(join(root, SNAPSHOT), present);
  const expected = existsSync(join(root, SNAPSHOT)) ? Deno.readTextFileSync(join(root, SNAPSHOT)) : "";
  if (present !== expected) {
    problems.push(`mod.ts: exports differ from ${SNAPSHOT}; if that is meant, run: deno task docs --update`);
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
  console.error(`docs: ${names.length} exports documented`);
}
