import type { MirrorCatalog, OlapBackend } from "../../olap/mod.ts";
import { foldName, parseSelect } from "../../sql/mod.ts";
import type { ExactValue, MirrorTable } from "../../types/mod.ts";

/** The rows that a query over parts of histories gives. The query is rhei's own, of a kind that every backend answers. */
export async function askHistory(
  olap: OlapBackend,
  parts: readonly MirrorTable[],
  text: string,
): Promise<readonly (readonly ExactValue[])[]> {
  const byName = new Map(parts.map((part) => [foldName(part.name), part]));
  const catalog: MirrorCatalog = {
    version: 0,
    table: (name) => byName.get(foldName(name)),
    history: () => undefined,
    historyBeginning: () => undefined,
    view: () => undefined,
    absence: () => undefined,
  };
  const outcome = await olap.compile({ text, query: parseSelect(text), parameters: [], catalog });
  if (outcome.kind === "declined") throw new TypeError(`A query over the history was declined: ${outcome.reason}`);
  return (await olap.run(outcome.query)).rows;
}
