/**
 * Asserts a belief of the programmer; never used to validate input.
 *
 * @throws {Error} If `condition` is false: that is a defect of rhei.
 */
export function invariant(condition: unknown, belief: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${belief}`);
}
