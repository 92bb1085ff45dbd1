import type { ExactValue } from "../../../../types/mod.ts";
import { RuntimeDecline } from "../../../olap_backend.ts";
import { textOf } from "../cast.ts";
import { numericPrefix, realPrefix } from "../numeric_text.ts";
import { type FunctionTable, strict } from "./function_table.ts";
import { followPath } from "./json_path.ts";
import { type JsonNode, jsonText, readJson, unescaped } from "./json_text.ts";

/** The last text parsed; calls often come in rows for several paths. */
let lastText = "";
let lastNode: JsonNode | null = null;

/**
 * The JSON that a value is text of.
 *
 * @throws {RuntimeDecline} For blobs, which may be JSONB, and for what is not JSON by RFC 8259: SQLite reads JSON5 too, or fails.
 */
function parse(value: NonNullable<ExactValue>): JsonNode {
  if (typeof value === "object") throw new RuntimeDecline("JSON in a blob");
  const text = textOf(value);
  if (text !== lastText) {
    lastNode = readJson(text);
    lastText = text;
  }
  if (lastNode === null) throw new RuntimeDecline("a text that is not strict JSON");
  return lastNode;
}

/** The SQL value of a node: JSON text for arrays and objects. */
function sqlValue(node: JsonNode): ExactValue {
  switch (node.kind) {
    case "null":
      return null;
    case "true":
      return 1n;
    case "false":
      return 0n;
    case "integer":
      return numericPrefix(node.raw);
    case "real":
      return realPrefix(node.raw);
    case "text":
      return unescaped(node);
    default:
      return jsonText(node);
  }
}

function follow(node: JsonNode, path: string): JsonNode | null {
  if (!path.startsWith("$")) throw new RuntimeDecline("a JSON path that does not begin with $");
  return followPath(node, path.slice(1));
}

/** One path gives its value, several an array of JSON. */
function extract([json = null, ...paths]: readonly ExactValue[]): ExactValue {
  if (json === null) return null;
  const node = parse(json);
  const found: (JsonNode | null)[] = [];
  for (const path of paths) {
    if (path === null) return null;
    found.push(follow(node, textOf(path)));
  }
  if (found.length > 1) return `[${found.map((item) => item === null ? "null" : jsonText(item)).join(",")}]`;
  const [only = null] = found;
  return only === null ? null : sqlValue(only);
}

/** `->` and `->>` also take a label or an index for a path. A NULL path does not keep SQLite from reading the JSON first. */
const arrow =
  (show: (node: JsonNode) => ExactValue) => ([json = null, path = null]: readonly ExactValue[]): ExactValue => {
    if (json === null) return null;
    const node = parse(json);
    if (path === null) return null;
    const text = textOf(path);
    const found = text.startsWith("$") ? follow(node, text) : followPath(node, abbreviated(text));
    return found === null ? null : show(found);
  };

function abbreviated(path: string): string {
  if (/^\d*$/.test(path)) return `[${path}]`;
  if (/^\w*$/.test(path)) return `.${path}`;
  return /^\[[^]+\]$/.test(path) ? path : `."${path}"`;
}

/** The node that a JSON text and perhaps a path stand for. */
const located = (show: (node: JsonNode) => ExactValue) => ([json = null, path]: readonly ExactValue[]): ExactValue => {
  if (json === null) return null;
  const node = parse(json);
  if (path === null) return null;
  const found = path === undefined ? node : follow(node, textOf(path));
  return found === null ? null : show(found);
};

/** Whether a text is strict JSON. */
function isValid(value: NonNullable<ExactValue>): ExactValue {
  if (typeof value === "object") throw new RuntimeDecline("JSON in a blob");
  return BigInt(readJson(textOf(value)) !== null);
}

/**
 * Functions that read JSON. Those that make it (`json_array`, `json_object`, `json_quote`, …) are left out: whether they take a text
 * for JSON depends on what made the text, which values do not tell.
 */
export const JSON_FUNCTIONS: FunctionTable = {
  "->": { arity: [2, 2], call: arrow(jsonText) },
  "->>": { arity: [2, 2], call: arrow(sqlValue) },
  json: { arity: [1, 1], call: strict((value) => jsonText(parse(value))) },
  json_array_length: {
    arity: [1, 2],
    call: located((node) => node.kind === "array" ? BigInt(node.items.length) : 0n),
  },
  json_extract: { arity: [2, 127], call: extract },
  json_type: { arity: [1, 2], call: located(({ kind }) => kind) },
  json_valid: { arity: [1, 1], call: strict(isValid) },
};
