/** An identifier as SQL text; always quoted, so that keywords, spaces and quotes in names are harmless. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text without NUL as an SQL literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
