export { invariant } from "./invariant.ts";
export { messageOf } from "./message_of.ts";
export { RheiError, type RheiErrorCode, type RheiErrorOptions } from "./rhei_error.ts";
export { renderCaret, type SourcePointer } from "./source_pointer.ts";
export { suggest } from "./suggest.ts";
export { systemCode, systemReason } from "./system_reason.ts";
