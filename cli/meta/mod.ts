export { META_COMMANDS } from "./command_table.ts";
export { type MetaCommand, type Parameter, type ParameterKind, usageOf } from "./meta_command.ts";
export { isDotCommand, runDotCommand } from "./run_dot_command.ts";
export { type Session, type SessionSettings } from "./session.ts";
export { scanArguments, type Word } from "./split_arguments.ts";
