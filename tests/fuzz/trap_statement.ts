import { type Fragment, list, plain, query, text } from "./fragment.ts";
import type { GeneratedQuery } from "./queries.ts";
import type { Random } from "./random.ts";
import type { FuzzColumn, FuzzTable } from "./schema.ts";
import { TRAP_STATEMENTS } from "./traps.ts";
import type { Kind } from "./values.ts";

const KIND_OF: Readonly<Record<string, readonly Kind[]>> = {
  i: ["integer", "real"],
  r: ["real", "integer"],
  t: ["text", "date"],
  d: ["date", "text"],
  b: ["blob", "text"],
};

/** A table in FROM with its alias; elsewhere its name stands before a column's. */
const IN_FROM = /(\{[TU]\}(?![."])(?: [a-z]\b)?)/;

function columnOf(letter: string, table: FuzzTable, random: Random): FuzzColumn {
  for (const kind of KIND_OF[letter] ?? []) {
    const fitting = table.columns.filter((column) => column.kind === kind);
    if (fitting.length > 0) return random.pick(fitting);
  }
  return random.pick(table.columns);
}

/**
 * A whole statement from a template; each placeholder means the same column throughout.
 *
 * @param refer Writes a table in FROM, under an alias or its own name.
 */
export function trapStatement(
  tables: readonly FuzzTable[],
  random: Random,
  refer: (table: FuzzTable, alias: string | null) => Fragment = ({ name }, alias) =>
    text(alias === null ? name : `${name} ${alias}`),
): GeneratedQuery {
  const [first, second] = [random.pick(tables), random.pick(tables)];
  const names = new Map([["T", first.name], ["U", second.name]]);
  const fill = (template: string): string =>
    template.replace(/\{([^}]+)\}/g, (_, key: string) => {
      const known = names.get(key);
      if (known !== undefined) return known;
      const name = key.startsWith("u.")
        ? columnOf(key.slice(2), second, random).name
        : columnOf(key, first, random).name;
      names.set(key, name);
      return name;
    });
  const parts = random.pick(TRAP_STATEMENTS).split(IN_FROM).map((part, i) => {
    if (i % 2 === 0) return text(fill(part));
    return refer(part.startsWith("{T}") ? first : second, part.slice(4) === "" ? null : part.slice(4));
  });
  return { fragment: query`${plain`${list(parts, "", parts.length)}`}`, columns: [], orderKeys: [] };
}
