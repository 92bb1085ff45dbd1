export { openArrow } from "./open_arrow.ts";
