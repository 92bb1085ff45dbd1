import { messageOf } from "../../errors/mod.ts";
import { lex, nameOf } from "../lexer.ts";
import { parseSelect } from "../parse_select.ts";
import type { Name, Query } from "../tree.ts";
import type { Analysis } from "./analysis.ts";
import { type CteDefinition, CteScope } from "./cte.ts";
import { Unanalysable } from "./unanalysable.ts";

/** The view as a common table of the whole statement, or `null` when there is no such view. */
export function viewDefinition(analysis: Analysis, name: Name): CteDefinition | null {
  const known = analysis.views.find(name.text);
  if (known !== null) return known;
  const text = analysis.catalog.view(name.text);
  if (text === undefined) return null;
  const { columns, body } = splitCreateView(text, name);
  const query = parseView(body, name);
  const definition: CteDefinition = {
    table: { kind: "commonTable", name, columns, materialized: null, query, start: name.start, end: name.end },
    // A view sees nothing of the statement that reads it.
    isView: true,
    scope: null,
    ctes: new CteScope(null),
    state: "fresh",
    recursion: null,
    result: null,
  };
  analysis.views.define(definition);
  return definition;
}

function parseView(body: string, name: Name): ReturnType<typeof parseSelect> {
  try {
    return parseSelect(body);
  } catch (cause) {
    const problem = messageOf(cause);
    throw new Unanalysable("construct", `view "${name.text}" is not understood: ${problem}`);
  }
}

/** The SELECT of a CREATE VIEW text, or `null` where it is not understood. */
export function viewQuery(createView: string): Query | null {
  try {
    const name: Name = { text: "", quote: null, start: 0, end: 0 };
    return parseView(splitCreateView(createView, name).body, name);
  } catch (error) {
    if (error instanceof Unanalysable) return null;
    throw error;
  }
}

/** Splits `CREATE [TEMP] VIEW [IF NOT EXISTS] [schema.]name [(columns)] AS select`. */
function splitCreateView(text: string, name: Name): { columns: readonly Name[] | null; body: string } {
  const tokens = lex(text);
  const view = tokens.findIndex((token) => token.code === "VIEW");
  let depth = 0;
  let columns: Name[] | null = null;
  for (let i = view + 1; view >= 0 && i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.text === "(") {
      depth++;
      columns = [];
    } else if (token.text === ")") depth--;
    else if (depth === 1 && token.text !== ",") columns?.push(nameOf(token));
    else if (depth === 0 && token.code === "AS") return { columns, body: text.slice(token.end).replace(/;\s*$/, "") };
  }
  throw new Unanalysable("construct", `the text of view "${name.text}" is not understood`);
}
