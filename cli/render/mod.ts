export { styled } from "./ansi.ts";
export { blobLiteral } from "./blob_text.ts";
export { distinctNames } from "./column_names.ts";
export { changeFooter, counted, durationText, type ResultFacts, resultFooter } from "./footer.ts";
export { realExactText, realShellText } from "./real_text.ts";
export type { RenderOptions } from "./render_options.ts";
export { renderResult } from "./render_result.ts";
export { fitText, padText, textWidth } from "./text_width.ts";
export { visibleText } from "./visible_text.ts";
