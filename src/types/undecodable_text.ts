/**
 * A TEXT value whose bytes are no text in the database's encoding, or of which that cannot be said: kept as bytes, so that nothing is
 * lost. SQLite stores what it is given.
 */
export class UndecodableText {
  /** In the database's encoding. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}
