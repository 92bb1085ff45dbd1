import { Random } from "./random.ts";

/** Strings, blobs, quoted names, numbers, words and parameters, then anything else one by one. */
const TOKEN =
  /[xX]?'(?:[^']|'')*'|"[^"]*"|\[[^\]]*\]|`[^`]*`|[?:@$]\w*|\d[\w.]*(?:[eE][-+]\d+)?|[\p{L}_][\p{L}\p{N}_]*|\s+|./gu;

const GAPS = ["\n", "\t", "  ", " /* note */ ", " -- note\n", "\r\n"];

/** The same statement in another hand: letter case of names and keywords, white space and comments. Seed 0 leaves it as it is. */
export function restyle(sql: string, seed: number): string {
  if (seed === 0) return sql;
  const random = new Random(seed);
  return sql.replace(TOKEN, (token) => {
    if (/^\s/.test(token)) return random.chance(0.15) ? random.pick(GAPS) : token;
    if (!/^[\p{L}_]/u.test(token) || /^[xX]'/.test(token) || !random.chance(0.2)) return token;
    return random.chance(0.5) ? token.toUpperCase() : token[0]!.toUpperCase() + token.slice(1);
  });
}
