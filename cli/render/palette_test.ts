import assert from "node:assert/strict";
import { paletteFor } from "./palette.ts";

/** Relative luminance of one of the 256 colours, as WCAG defines it. */
function luminance(index: number): number {
  const channels = index >= 232
    ? [0, 0, 0].map(() => 8 + (index - 232) * 10)
    : [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6].map((step) =>
      step === 0 ? 0 : 55 + step * 40
    );
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

Deno.test("paletteFor() gives colours that can be read on black and on white", () => {
  const { series, ...parts } = paletteFor({ TERM: "xterm-256color" });
  for (const style of [...Object.values(parts), ...series]) {
    const index = /38;5;(\d+)/.exec(style)?.[1];
    if (index === undefined) continue;
    const own = luminance(Number(index)) + 0.05;
    assert.ok(own / 0.05 >= 3.5 && 1.05 / own >= 3.5, `${index}: ${own / 0.05} and ${1.05 / own}`);
  }
});

Deno.test("paletteFor() keeps to sixteen colours where the terminal does not claim more", () => {
  assert.doesNotMatch(JSON.stringify(paletteFor({ TERM: "xterm" })), /38;5/);
  assert.match(JSON.stringify(paletteFor({ TERM: "screen", COLORTERM: "truecolor" })), /38;5/);
});
