/**
 * Thrown where the pages hold something that is not read from them: a feature left to SQLite, or what looks like damage. Whoever
 * meets it reads the rows by SQL, which gives them or says what is wrong with the file.
 */
export class Undecodable extends Error {
  override readonly name = "Undecodable";
}
