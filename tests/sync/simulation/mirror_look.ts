import type { OlapBackend } from "../../../src/olap/mod.ts";
import type { ExactValue, MirrorState, MirrorTable } from "../../../src/types/mod.ts";

type Row = readonly ExactValue[];

/** A mirror as it is found at one moment, at which nobody writes to it. */
export interface MirrorLook {
  readonly held: { readonly state: MirrorState; readonly tables: readonly MirrorTable[] };
  /** A table's rows, read once whoever asks for them. */
  readonly rowsOf: (table: string) => Promise<readonly Row[]>;
}

/** Looks at a mirror; `null` where there is none. */
export async function lookAt(olap: OlapBackend): Promise<MirrorLook | null> {
  const held = await olap.state();
  if (held === null) return null;
  const read = new Map<string, Promise<readonly Row[]>>();
  const rowsOf = (table: string) => {
    const rows = read.get(table) ?? scan(olap, table);
    read.set(table, rows);
    return rows;
  };
  return { held, rowsOf };
}

async function scan(olap: OlapBackend, table: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const batch of olap.scan(table)) rows.push(...batch);
  return rows;
}
