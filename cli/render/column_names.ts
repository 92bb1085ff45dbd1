/** Column names made distinct the way SQLite does for subqueries: the second `id` becomes `id:1`. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let suffix = 1; taken.has(distinct); suffix++) distinct = `${name}:${suffix}`;
    taken.add(distinct);
    return distinct;
  });
}
