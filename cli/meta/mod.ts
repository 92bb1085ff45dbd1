export { HELP_TOPICS } from "./help_command.ts";
export { META_COMMANDS } from "./command_table.ts";
export { type MetaCommand, type Parameter, type ParameterKind } from "./meta_command.ts";
export { isDotCommand, runDotCommand } from "./run_dot_command.ts";
export type { Session } from "./session.ts";
export { initialSettings, ROWS_SHOWN_MAX, type SessionSettings } from "./session_settings.ts";
export { scanArguments, type Word } from "./split_arguments.ts";
export { isOfUsers } from "./users_objects.ts";
