export { boxedAggregate } from "./aggregates.ts";
export type { BoxedAggregate } from "./boxed_aggregate.ts";
export { add, ARITHMETIC, bitNot, negate, subtract, truth, withoutNan } from "./arithmetic.ts";
export { applyNumeric, applyText, castTo, integerFromReal, integerOf, numberOf, realOf, textOf } from "./cast.ts";
export {
  collationKey,
  compareBlobs,
  compareCollated,
  compareText,
  compareValues,
  lowerAscii,
  sortCompare,
  upperAscii,
} from "./compare.ts";
export { instrText, lengthText, roundReal, scalarFunction, substrBlob, substrText, trimText } from "./functions/mod.ts";
export { compileGlob, compileGlobUtf8, compileLike, compileLikeUtf8, glob, like } from "./like.ts";
export { integerPrefix, numericPrefix, realPrefix, wholeNumber } from "./numeric_text.ts";
export { RealSum } from "./real_sum.ts";
export { realToText } from "./real_text.ts";
export { utf8Bytes } from "./text_bytes.ts";
export type { TextMatcher } from "./text_pattern.ts";
export type { Utf8Matcher } from "./utf8_pattern.ts";
export { compareUtf8, skipUtf8, utf8Equals, utf8Instr, utf8Length, Utf8Needle } from "./utf8_text.ts";
