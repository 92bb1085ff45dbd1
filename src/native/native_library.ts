/** A file of a native library as the executable carries it. */
export interface NativeFile {
  /** What it must be called on disk: an addon finds the library it is linked with by that name, beside itself. */
  readonly name: string;
  /** Where its zstd-compressed bytes can be read. */
  readonly asset: string;
  /** Size when unpacked. */
  readonly sizeBytes: number;
  /** SHA-256 of the unpacked bytes, in hexadecimal digits. */
  readonly sha256: string;
}

/** An addon and the libraries it is linked with. */
export interface NativeLibrary {
  /** What it is called in messages and folders: `libsql`, `duckdb`. */
  readonly name: string;
  /** Digits that stand for the content of all files, so that two versions never share a folder. */
  readonly digest: string;
  /** Never empty; the first is the addon. */
  readonly files: readonly [NativeFile, ...NativeFile[]];
}

/** The folder of a library within a cache. */
export function folderName(library: NativeLibrary): string {
  return `${library.name}-${library.digest}`;
}
