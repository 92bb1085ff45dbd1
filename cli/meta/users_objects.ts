/** A condition on a name in the database's schema: whether users made the object, rather than SQLite or rhei. */
export function isOfUsers(name: string): string {
  return `${name} not like 'sqlite\\_%' escape '\\' and ${name} not like '\\_rhei\\_%' escape '\\'`;
}
