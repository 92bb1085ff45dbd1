export type { TerminalInput } from "./gated_input.ts";
export type { TerminalOutput } from "./screen.ts";
export type { StyledSpan } from "./screen_layout.ts";
export {
  type Completion,
  StatementEditor,
  type StatementEditorOptions,
  type StatementInput,
} from "./statement_editor.ts";
