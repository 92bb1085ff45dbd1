export { type BoxedAggregate, boxedAggregate } from "./aggregates.ts";
export {
  add,
  bitAnd,
  bitNot,
  bitOr,
  concat,
  divide,
  multiply,
  negate,
  remainder,
  shiftLeft,
  shiftRight,
  subtract,
  truth,
} from "./arithmetic.ts";
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
export { compileGlob, compileLike, glob, like } from "./like.ts";
export { integerPrefix, numericPrefix, realPrefix, wholeNumber } from "./numeric_text.ts";
export { RealSum } from "./real_sum.ts";
export { realToText } from "./real_text.ts";
export type { TextMatcher } from "./text_pattern.ts";
