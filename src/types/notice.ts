/**
 * What a notice is about: tables `tracked` from now on, tracking `renewed` after the schema changed, the `mirror` (rebuilt, compared, not
 * usable), `history` that is lost or could not be kept, or the database being `readOnly`.
 */
export type NoticeKind = "tracked" | "renewed" | "mirror" | "history" | "readOnly";

/** Something a user should know, as one line without a final period. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly text: string;
}

/** Hears of a {@linkcode Notice}. */
export type OnNotice = (text: string, kind: NoticeKind) => void;
