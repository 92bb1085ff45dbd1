/** The middle of the values; of an even number the lower middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined) throw new RangeError("A median needs at least one value");
  return middle;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Wall times in milliseconds of contenders run in turns, so that a busy moment of the machine meets all of them. */
export async function inTurns(
  contenders: readonly (() => Promise<unknown>)[],
  runs: number,
): Promise<readonly (readonly number[])[]> {
  const times: number[][] = contenders.map(() => []);
  for (const contender of contenders) await contender(); // Warm: caches, compiled plans, JIT.
  for (let run = 0; run < runs; run++) {
    for (const [i, contender] of contenders.entries()) {
      const startedMs = performance.now();
      await contender();
      times[i]!.push(performance.now() - startedMs);
    }
  }
  return times;
}
