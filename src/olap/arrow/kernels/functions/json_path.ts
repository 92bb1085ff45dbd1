import { RuntimeDecline } from "../../../olap_backend.ts";
import { type JsonNode, unescaped } from "./json_text.ts";

const KEY = /\.(?:"((?:[^"\\]|\\[^])*)"|(?!")([^.[]+))/y;
const INDEX = /\[(?:(\d{1,9})|#(?:-(\d{1,9}))?)\]/y;

/**
 * The value a path leads to from a node, or `null` if there is none. A path is only read as far as the node has something to follow.
 *
 * @param path Without the leading `$`.
 * @throws {RuntimeDecline} For a path SQLite rejects.
 */
export function followPath(node: JsonNode, path: string): JsonNode | null {
  let current: JsonNode | null = node;
  let position = 0;
  while (position < path.length && current !== null) {
    // What is no array has no element, whatever is written between the brackets.
    if (path[position] === "[" && current.kind !== "array") return null;
    const pattern: RegExp = path[position] === "[" ? INDEX : KEY;
    pattern.lastIndex = position;
    const match: RegExpExecArray | null = pattern.exec(path);
    if (match === null) throw new RuntimeDecline("a JSON path that SQLite does not read");
    position = pattern.lastIndex;
    const [, first, second] = match;
    current = current.kind === "array" && pattern === INDEX
      ? elementAt(current.items, first, second)
      : pattern === KEY
      ? valueOf(current, (first ?? second)!)
      : null;
  }
  return current;
}

/** By position from the start, or from the end. */
function elementAt(items: readonly JsonNode[], fromStart?: string, fromEnd?: string): JsonNode | null {
  const index = fromStart !== undefined ? Number(fromStart) : items.length - Number(fromEnd ?? 0);
  return items[index] ?? null;
}

/** Of labels that repeat, the first counts. */
function valueOf(node: JsonNode, key: string): JsonNode | null {
  if (key.includes("\\")) throw new RuntimeDecline("a JSON path with an escape");
  if (node.kind !== "object") return null;
  return node.entries.find(([label]) => unescaped(label) === key)?.[1] ?? null;
}
