/** Values of a switch. */
export const ON_OFF: readonly string[] = ["on", "off"];
