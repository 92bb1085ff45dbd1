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
export { integerPrefix, numericPrefix, realPrefix, wholeNumber } from "./numeric_text.ts";
export { realToText } from "./real_text.ts";
