/**
 * Column names made distinct the way SQLite does for subqueries: the second `id` becomes `id:1`. With `ignoreCase`, names that differ
 * in case only count as equal, as they do in SQL.
 */
export function distinctNames(names: readonly string[], compare: "exact" | "ignoreCase" = "exact"): string[] {
  const taken = new Set<string>();
  const fold = (name: string) => compare === "exact" ? name : name.toLowerCase();
  return names.map((name) => {
    let distinct = name;
    for (let suffix = 1; taken.has(fold(distinct)); suffix++) distinct = `${name}:${suffix}`;
    taken.add(fold(distinct));
    return distinct;
  });
}
