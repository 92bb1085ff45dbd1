/** The prompt of a new statement; the star says that a transaction is open. */
export function statementPrompt(inTransaction: boolean): string {
  return inTransaction ? "rhei*> " : "rhei> ";
}

/** The prompt of a statement's further lines, as wide as {@linkcode statementPrompt}. */
export function continuationPrompt(inTransaction: boolean): string {
  return `${" ".repeat(statementPrompt(inTransaction).length - 4)}..> `;
}
