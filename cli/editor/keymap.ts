import { CUTS, EDITS } from "./edit_state.ts";

/** A key as `node:readline` decodes it. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly shift?: boolean;
}

/** What a key asks for. */
export type Action =
  | { readonly kind: "edit"; readonly name: keyof typeof EDITS }
  | { readonly kind: "cut"; readonly name: keyof typeof CUTS }
  | { readonly kind: "insert"; readonly text: string }
  | {
    readonly kind:
      | "enter"
      | "newline"
      | "tab"
      | "up"
      | "down"
      | "interrupt"
      | "delete"
      | "search"
      | "paste"
      | "undo"
      | "clear"
      | "suspend"
      | "giveUp"
      | "nothing";
  };

const edit = (name: keyof typeof EDITS): Action => ({ kind: "edit", name });
const cut = (name: keyof typeof CUTS): Action => ({ kind: "cut", name });

/** Keys by name, `ctrl+` or `alt+` before it; the bindings are those of Emacs, as readline's users know them. */
const KEYS: Readonly<Record<string, Action>> = {
  return: { kind: "enter" },
  enter: { kind: "enter" },
  "alt+return": { kind: "newline" },
  "alt+enter": { kind: "newline" },
  tab: { kind: "tab" },
  up: { kind: "up" },
  down: { kind: "down" },
  "ctrl+p": { kind: "up" },
  "ctrl+n": { kind: "down" },
  "ctrl+c": { kind: "interrupt" },
  "ctrl+d": { kind: "delete" },
  "ctrl+r": { kind: "search" },
  "ctrl+y": { kind: "paste" },
  "ctrl+_": { kind: "undo" },
  "ctrl+-": { kind: "undo" },
  "ctrl+l": { kind: "clear" },
  "ctrl+z": { kind: "suspend" },
  "ctrl+g": { kind: "giveUp" },
  escape: { kind: "giveUp" },
  left: edit("left"),
  right: edit("right"),
  "ctrl+b": edit("left"),
  "ctrl+f": edit("right"),
  "alt+b": edit("wordLeft"),
  "alt+f": edit("wordRight"),
  "ctrl+left": edit("wordLeft"),
  "ctrl+right": edit("wordRight"),
  "alt+left": edit("wordLeft"),
  "alt+right": edit("wordRight"),
  home: edit("lineStart"),
  end: edit("lineEnd"),
  "ctrl+a": edit("lineStart"),
  "ctrl+e": edit("lineEnd"),
  "ctrl+home": edit("textStart"),
  "ctrl+end": edit("textEnd"),
  "alt+<": edit("textStart"),
  "alt+>": edit("textEnd"),
  backspace: edit("deleteBack"),
  "ctrl+h": edit("deleteBack"),
  delete: edit("deleteForward"),
  "ctrl+t": edit("transpose"),
  "ctrl+w": cut("cutWordBack"),
  "alt+backspace": cut("cutNameBack"),
  "alt+d": cut("cutWordForward"),
  "ctrl+k": cut("cutLineEnd"),
  "ctrl+u": cut("cutLineStart"),
};

/** What a key does. Keys that mean nothing and are no text do nothing. */
export function actionOf(text: string | undefined, key: Key): Action {
  const name = key.name ?? undoKey(key.sequence);
  const bound = name === undefined
    ? undefined
    : KEYS[`${key.ctrl === true ? "ctrl+" : ""}${key.meta === true && name !== "escape" ? "alt+" : ""}${name}`];
  if (bound !== undefined) return bound;
  const writes = text !== undefined && text !== "" && key.ctrl !== true && key.meta !== true && !/\p{Cc}/u.test(text);
  return writes ? { kind: "insert", text } : { kind: "nothing" };
}

/** Ctrl-_ has no name in older decoders. */
function undoKey(sequence: string | undefined): string | undefined {
  return sequence === "\x1f" ? "ctrl+_" : undefined;
}
