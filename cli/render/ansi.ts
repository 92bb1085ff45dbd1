/** `text` in a terminal style, or as it is when colour is off. */
export function styled(text: string, style: "bold" | "dim" | "red", color: boolean): string {
  if (!color) return text;
  const code = { bold: 1, dim: 2, red: 31 }[style];
  return `\x1b[${code}m${text}\x1b[0m`;
}
