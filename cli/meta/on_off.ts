import type { MetaCommand } from "./meta_command.ts";
import type { SessionSettings } from "./session_settings.ts";

/** Values of a switch. */
export const ON_OFF: readonly string[] = ["on", "off"];

/** The settings that are on or off. */
type Switch = {
  [Name in keyof SessionSettings]: SessionSettings[Name] extends boolean ? Name : never;
}[keyof SessionSettings];

/** A command that shows a setting, or turns it on or off. */
export function switchCommand(
  name: string,
  summary: string,
  setting: Switch,
  details: readonly string[] = [],
): MetaCommand {
  return {
    name,
    parameters: [{ name: "on|off", accepts: { kind: "choice", values: ON_OFF }, optional: true }],
    summary,
    details,
    async run(session, [value]) {
      const { settings } = session;
      if (value === undefined) await session.print(settings[setting] ? "on" : "off");
      else settings[setting] = value === "on";
    },
  };
}
