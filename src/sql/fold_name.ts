/** A name as SQLite compares names: ASCII letters in lower case, all others as they are. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
