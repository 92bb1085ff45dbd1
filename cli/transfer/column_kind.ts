import { RheiError } from "../../src/errors/mod.ts";
import { affinityOf, type RowSet } from "../../src/types/mod.ts";

/** The one type a column has in formats that have one type per column. */
export type ColumnKind = "integer" | "real" | "text" | "blob";

const SAFE = 2n ** 53n;

/**
 * The type that holds every value of a column exactly: that of its values; REAL for INTEGER beside REAL where a double holds every
 * integer; for a column without values that of its declaration.
 *
 * @throws {RheiError} `FILE_FORMAT` if no type holds them all.
 */
export function columnKind(set: RowSet, index: number, path: string): ColumnKind {
  const { name, declaredType } = set.columns[index]!;
  const kinds = new Set<ColumnKind>();
  let longIntegers = false;
  for (const row of set.rows) {
    const value = row[index]!;
    if (value === null) continue;
    if (typeof value === "bigint") {
      kinds.add("integer");
      longIntegers ||= value > SAFE || value < -SAFE;
    } else {
      kinds.add(typeof value === "number" ? "real" : typeof value === "string" ? "text" : "blob");
    }
  }
  const [first] = kinds;
  if (first === undefined) {
    const affinity = affinityOf(declaredType);
    return declaredType === null ? "text" : affinity === "numeric" ? "real" : affinity;
  }
  if (kinds.size === 1) return first;
  if (kinds.size === 2 && kinds.has("integer") && kinds.has("real") && !longIntegers) return "real";
  const mixed = kinds.has("text") || kinds.has("blob")
    ? `it mixes ${[...kinds].sort().join(" and ")}`
    : "it mixes reals with integers beyond 2^53";
  throw new RheiError("FILE_FORMAT", `Cannot export to "${path}": column "${name}" has no single type, ${mixed}`, {
    hint: `cast it in the query, for example: cast("${name}" as text)`,
    details: { path, column: name },
  });
}
