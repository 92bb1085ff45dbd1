/** SGR parameters for each part of SQL, and for charts. `""` leaves text as it is. */
export interface Palette {
  readonly keyword: string;
  readonly function: string;
  readonly string: string;
  readonly number: string;
  readonly name: string;
  readonly parameter: string;
  readonly comment: string;
  readonly illegal: string;
  /** One for each line or bar of a chart, used in turn. */
  readonly series: readonly string[];
}

/** Of the 256 colours those of middle brightness: each has a contrast of 3.5 or more both to black and to white. */
const MIDDLE: Palette = {
  keyword: "1;38;5;32",
  function: "38;5;133",
  string: "38;5;28",
  number: "38;5;130",
  name: "",
  parameter: "38;5;133",
  comment: "38;5;244",
  illegal: "38;5;160",
  series: ["38;5;32", "38;5;130", "38;5;28", "38;5;133", "38;5;160", "38;5;244"],
};

/** Of the 16 colours, whose shades are the terminal's own choice, those most terminals make readable on either ground. */
const BASIC: Palette = {
  keyword: "1;34",
  function: "35",
  string: "32",
  number: "36",
  name: "",
  parameter: "35",
  comment: "2",
  illegal: "31",
  series: ["34", "31", "32", "35", "36", "2"],
};

/** The colours of a terminal, by what the environment says of it. */
export function paletteFor(environment: Readonly<Record<string, string | undefined>>): Palette {
  const { TERM = "", COLORTERM = "" } = environment;
  return COLORTERM !== "" || /256color|direct|kitty|ghostty|alacritty/.test(TERM) ? MIDDLE : BASIC;
}
