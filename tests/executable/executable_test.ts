/** The executable as people get it. One file, so that it is built once. */
import "./commands_cases.ts";
import "./place_cases.ts";
import "./terminal_cases.ts";
