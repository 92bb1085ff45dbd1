// deno-lint-ignore-file no-console -- a script reports on stderr
/**
 * Fails when documentation lies: a file or folder named in a Markdown page that does not exist, a line number cited, an exported name of
 * `mod.ts` without JSDoc or missing from the export snapshot. Run: `deno task docs`; `deno task docs --update` rewrites the snapshot.
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

interface DocNode {
  readonly name: string;
  readonly declarations?: readonly { readonly jsDoc?: { readonly doc?: string }; readonly kind: string }[];
  readonly jsDoc?: { readonly doc?: string };
  readonly kind?: string;
}

async function exportsOf(root: string): Promise<{ names: string[]; undocumented: string[] }> {
  const command = new Deno.Command(Deno.execPath(), { args: ["doc", "--json", "mod.ts"], cwd: root, stderr: "piped" });
  const { code, stdout, stderr } = await command.output();
  if (code !== 0) throw new Error(`deno doc failed: ${new TextDecoder().decode(stderr)}`);
  const json = JSON.parse(new TextDecoder().decode(stdout));
  const nodes: DocNode[] = Array.isArray(json.nodes)
    ? json.nodes
    : Object.values(json.nodes).flatMap((file) => (file as { symbols?: DocNode[] }).symbols ?? []);
  const names = new Set<string>();
  const documented = new Set<string>();
  for (const node of nodes) {
    if (node.kind === "moduleDoc") continue;
    names.add(node.name);
    const docs = [node.jsDoc, ...(node.declarations ?? []).map((declaration) => declaration.jsDoc)];
    if (docs.some((doc) => (doc?.doc ?? "").trim() !== "")) documented.add(node.name);
  }
  return { names: [...names].sort(), undocumented: [...names].filter((name) => !documented.has(name)).sort() };
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..");
  const problems = pages(root).filter((page) => existsSync(join(root, page)))
    .flatMap((page) => checkPage(root, page, Deno.readTextFileSync(join(root, page))));
  const { names, undocumented } = await exportsOf(root);
  problems.push(...undocumented.map((name) => `mod.ts: export ${name} has no JSDoc`));
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
