export { OPTION_SPECS, type OptionSpec, RESULT_FORMATS, type ResultFormat, type RheiConfig } from "./option_spec.ts";
export { type ConfigInput, resolveConfig } from "./resolve_config.ts";
