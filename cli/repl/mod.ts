export { bannerLines, tablesTracked } from "./banner.ts";
export { historyPath } from "./history.ts";
export { runScript, type ScriptOptions, type ScriptStep, scriptStepAfter, type ScriptTarget } from "./run_script.ts";
export { Shell, type ShellOptions } from "./shell.ts";
export { startScriptPath } from "./start_script.ts";
export type { SessionEngine, SessionReports, SqlSessionOptions } from "./session_options.ts";
export { SqlSession } from "./sql_session.ts";
