/** An identifier as SQL text; always quoted, so that keywords, spaces and quotes in names are harmless. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
