/**
 * C0 and C1 controls, DEL, line separators and the characters that turn writing direction: a terminal would obey them, and a
 * table would fall apart.
 */
// deno-lint-ignore no-control-regex -- finding control characters is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** The text with every control character made visible: the picture Unicode has for it (`␊`, `␛`), else its code (`\u{202e}`). */
export function visibleText(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "␡" : `\\u{${code.toString(16)}}`;
  });
}
