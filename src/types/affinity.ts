/** SQLite's column affinities. */
export type Affinity = "integer" | "real" | "text" | "numeric" | "blob";

/**
 * The affinity a declared column type or a CAST target has, by SQLite's five rules in their order
 * ("Determination Of Column Affinity" in SQLite's documentation on datatypes). No type at all is `blob`.
 */
export function affinityOf(declaredType: string | null): Affinity {
  const type = (declaredType ?? "").toUpperCase();
  if (type.includes("INT")) return "integer";
  if (type.includes("CHAR") || type.includes("CLOB") || type.includes("TEXT")) return "text";
  if (type === "" || type.includes("BLOB")) return "blob";
  if (type.includes("REAL") || type.includes("FLOA") || type.includes("DOUB")) return "real";
  return "numeric";
}
