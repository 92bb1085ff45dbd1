import { condition } from "./conditions.ts";
import type { ExpressionCompiler } from "./emitter.ts";
import { compile } from "./expressions.ts";

/** Turns the expressions of a plan into code. */
export const compiler: ExpressionCompiler = { compile, condition };
