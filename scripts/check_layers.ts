// deno-lint-ignore-file no-console -- a script reports on stderr
/**
 * Fails on an import that climbs to a higher layer, reaches a sibling, bypasses a folder's `mod.ts`, uses an undeclared package, or
 * closes a cycle. Run: `deno task layers`.
 */
import { dirname, join, relative, resolve } from "node:path";
import { sourceFiles } from "./source_files.ts";

/** Layer of each folder under `src/` and what it may import beyond `errors`, `types` and `metrics`; `"lower"` is any lower layer. */
const LAYERS: Readonly<Record<string, { readonly layer: number; readonly imports: readonly string[] | "lower" }>> = {
  errors: { layer: 0, imports: [] },
  types: { layer: 1, imports: [] },
  metrics: { layer: 1, imports: [] },
  native: { layer: 1, imports: [] },
  sql: { layer: 2, imports: [] },
  oltp: { layer: 3, imports: ["sql"] },
  olap: { layer: 3, imports: ["sql"] },
  router: { layer: 3, imports: ["sql"] },
  cdc: { layer: 4, imports: ["oltp", "sql"] },
  sync: { layer: 5, imports: ["cdc", "oltp", "olap", "sql"] },
  config: { layer: 6, imports: "lower" },
  engine: { layer: 7, imports: "lower" },
};

/** Lower than every listed layer's own list: importable from anywhere above. */
const FOUNDATION = ["errors", "types"];

/** Folders of `src/` the command line may import besides the public module. */
const CLI_MAY_IMPORT = ["sql", "config", "errors", "types"];

/** Second entry points of a folder: an interface's implementations stay apart from the interface. */
const EXTRA_ENTRIES = ["src/olap/duckdb/mod.ts", "src/olap/arrow/mod.ts"];

/** Folders that implement an interface of the folder they lie in, and must not know each other. */
const IMPLEMENTATIONS = ["src/olap/duckdb/", "src/olap/arrow/"];

/** Folders whose own folders are layers too, lowest first; files directly in them are above all. */
const INNER_LAYERS: Readonly<Record<string, readonly string[]>> = {
  "src/olap/arrow/": ["kernels", "storage", "plan", "binder", "optimizer", "physical", "workers"],
};

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;

export interface SourceFile {
  /** Relative to the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The module specifiers a source text imports, in order. */
export function importsOf(text: string): string[] {
  const withoutComments = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return [...withoutComments.matchAll(IMPORT)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

function areaOf(path: string): { area: string; folder: string } {
  const parts = path.split("/");
  return { area: parts.length === 1 ? "root" : parts[0]!, folder: parts[0] === "src" ? parts[1] ?? "" : "" };
}

/** What is wrong with `from` importing `to`, or `null`. */
export function checkImport(from: string, to: string): string | null {
  const source = areaOf(from);
  const target = areaOf(to);
  const test = from.endsWith("_test.ts");
  if (source.area === "src") {
    if (target.area !== "src") return test && target.area === "tests" ? null : `src imports ${target.area}/`;
    if (source.folder === target.folder) return test ? null : checkInside(from, to);
    if (!to.endsWith("/mod.ts") || (to.split("/").length !== 3 && !EXTRA_ENTRIES.includes(to))) {
      return `bypasses src/${target.folder}/mod.ts`;
    }
    if (test) return null;
    const rule = LAYERS[source.folder];
    const targetRule = LAYERS[target.folder];
    if (rule === undefined || targetRule === undefined) {
      return "is in a folder without a layer: add it to scripts/check_layers.ts";
    }
    if (EXTRA_ENTRIES.includes(to) && source.folder !== "engine") return "only the engine picks implementations";
    if (targetRule.layer >= rule.layer) return `layer ${rule.layer} imports layer ${targetRule.layer}`;
    if (FOUNDATION.includes(target.folder) || rule.imports === "lower") return null;
    return rule.imports.includes(target.folder) ? null : `${source.folder}/ may not import ${target.folder}/`;
  }
  if (source.area === "root") {
    return target.area === "src" && to.endsWith("/mod.ts") ? null : "mod.ts re-exports src/*/mod.ts only";
  }
  if (target.area === "tests" && source.area !== "tests" && !test) return "nothing imports tests/";
  if (source.area === "cli" && !test) {
    if (target.area === "cli" || to === "mod.ts" || to === "deno.json") return null;
    if (target.area !== "src") return `cli imports ${target.area}/`;
    if (!CLI_MAY_IMPORT.includes(target.folder)) {
      return `cli may import mod.ts and src/{${CLI_MAY_IMPORT.join(",")}} only`;
    }
    return to.endsWith("/mod.ts") ? null : `bypasses src/${target.folder}/mod.ts`;
  }
  return null;
}

/** What is wrong with an import within a folder of `src/`, or `null`. */
function checkInside(from: string, to: string): string | null {
  const within = (path: string) => IMPLEMENTATIONS.find((folder) => path.startsWith(folder));
  if (within(to) !== undefined && within(from) !== within(to)) return "implementations are known to the engine only";
  for (const [folder, layers] of Object.entries(INNER_LAYERS)) {
    if (!from.startsWith(folder) || !to.startsWith(folder)) continue;
    const [source, target] = [from, to].map((path) => {
      const parts = path.slice(folder.length).split("/");
      return parts.length === 1 ? layers.length : layers.indexOf(parts[0]!);
    });
    if (source === -1 || target === -1) return "is in a folder without a layer: add it to scripts/check_layers.ts";
    if (target! > source!) return `${layers[source!]} imports ${layers[target!] ?? "what lies above all layers"}`;
  }
  return null;
}

/** Every violation among the files, as `path: what`. */
export function checkFiles(root: string, files: readonly SourceFile[], packages: readonly string[]): string[] {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  for (const file of files) {
    const edges: string[] = [];
    for (const specifier of importsOf(file.text)) {
      if (specifier.startsWith(".")) {
        const target = relative(root, resolve(root, dirname(file.path), specifier)).replaceAll("\\", "/");
        edges.push(target);
        const problem = checkImport(file.path, target);
        if (problem !== null) problems.push(`${file.path}: imports ${target}: ${problem}`);
      } else if (
        !specifier.startsWith("node:") &&
        !packages.some((name) => specifier === name || specifier.startsWith(name + "/"))
      ) {
        problems.push(`${file.path}: imports ${specifier}: not declared in deno.json`);
      }
    }
    if (!file.path.endsWith("_test.ts")) graph.set(file.path, edges);
  }
  return [...problems, ...cyclesOf(graph)];
}

/** Import cycles between folders of `src/` cannot exist once layers hold; between files of one folder they can. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const problems: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): void {
    const at = path.indexOf(file);
    if (at >= 0) {
      problems.push(`${file}: import cycle: ${[...path.slice(at), file].join(" -> ")}`);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  }
  for (const file of graph.keys()) visit(file);
  return problems;
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname!, "..");
  const files = sourceFiles(root).map((path) => ({ path, text: Deno.readTextFileSync(join(root, path)) }));
  const manifest = JSON.parse(Deno.readTextFileSync(join(root, "deno.json")));
  const problems = checkFiles(root, files, Object.keys(manifest.imports));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
  console.error(`layers: ${files.length} files, no violation`);
}
