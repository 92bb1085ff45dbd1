import type { Emitter } from "./emitter.ts";

type Generated = (env: Readonly<Record<string, unknown>>, begin: number, end: number) => void;

/** Functions by their text: one that was hot stays optimised, whichever statement needs it next. */
const functions = new Map<string, Generated>();

/** Texts kept; beyond that the oldest is dropped. */
const FUNCTIONS_MAX = 2000;

/** Makes what an emitter wrote a function over a stretch of rows. */
export function generate(emitter: Emitter): (begin: number, end: number) => void {
  const { source, env } = emitter.finish();
  let generated = functions.get(source);
  if (generated === undefined) {
    generated = new Function("env", "begin", "end", `"use strict";\n${source}`) as Generated;
    if (functions.size >= FUNCTIONS_MAX) functions.delete(functions.keys().next().value!);
    functions.set(source, generated);
  }
  const run = generated;
  return (begin, end) => run(env, begin, end);
}
