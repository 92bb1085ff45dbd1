import { plain, query } from "./fragment.ts";
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

function columnOf(letter: string, table: FuzzTable, random: Random): FuzzColumn {
  for (const kind of KIND_OF[letter] ?? []) {
    const fitting = table.columns.filter((column) => column.kind === kind);
    if (fitting.length > 0) return random.pick(fitting);
  }
  return random.pick(table.columns);
}

/** A whole statement from a template; each placeholder means the same column throughout. */
export function trapStatement(tables: readonly FuzzTable[], random: Random): GeneratedQuery {
  const [first, second] = [random.pick(tables), random.pick(tables)];
  const names = new Map([["T", first.name], ["U", second.name]]);
  const filled = random.pick(TRAP_STATEMENTS).replace(/\{([^}]+)\}/g, (_, key: string) => {
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = key.startsWith("u.") ? columnOf(key.slice(2), second, random).name : columnOf(key, first, random).name;
    names.set(key, name);
    return name;
  });
  return { fragment: query`${plain`${filled}`}`, columns: [], orderKeys: [] };
}
