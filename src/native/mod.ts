/** What the executable carries of native libraries: where it keeps them on disk, and how they get there. */
export { type Surroundings, surroundings } from "./cache_places.ts";
export { loadNative, type OpenAddon } from "./load_native.ts";
export { type NativeFile, type NativeLibrary } from "./native_library.ts";
export { unpack } from "./unpack.ts";
