import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { zstdCompressSync } from "node:zlib";
import { RheiError } from "../errors/mod.ts";
import { loadNative, type NativeFile, type NativeLibrary, type Surroundings, unpack } from "./mod.ts";
import { cachePlaces } from "./cache_places.ts";
import { folderName } from "./native_library.ts";

/** Hands `test` a library with assets on disk, and a folder in which nothing is unpacked yet. */
function nativeTest(name: string, test: (library: NativeLibrary, place: string, folder: string) => void): void {
  Deno.test(name, () => {
    const folder = mkdtempSync(join(tmpdir(), "rhei-native-test-"));
    try {
      const library: NativeLibrary = {
        name: "sample",
        digest: "0123456789abcdef",
        files: [packed(folder, "addon.node", "the addon"), packed(folder, "libsample.so", "x".repeat(100_000))],
      };
      test(library, join(folder, "cache", "native"), folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function packed(folder: string, name: string, content: string): NativeFile {
  const asset = join(folder, `${name}.zst`);
  writeFileSync(asset, zstdCompressSync(content));
  return { name, asset, sizeBytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

nativeTest("unpack() writes all files once and leaves nothing else", (library, place) => {
  const folder = unpack(library, place);
  assert.equal(folder, join(place, folderName(library)));
  assert.equal(readFileSync(join(folder, "addon.node"), "utf8"), "the addon");
  assert.equal(readFileSync(join(folder, "libsample.so"), "utf8").length, 100_000);
  const { ino } = statSync(join(folder, "addon.node"));
  assert.equal(unpack(library, place), folder);
  assert.equal(statSync(join(folder, "addon.node")).ino, ino);
  assert.deepEqual(readdirSync(place), [folderName(library)]);
});

for (const shared of [false, true]) {
  nativeTest(
    `unpack() makes a copy for ${shared ? "every user" : "this user alone"}, whatever the umask`,
    (library, place) => {
      const before = process.umask(shared ? 0o077 : 0);
      try {
        const folder = unpack(library, place, shared);
        for (const path of [place, folder, join(folder, "addon.node"), join(folder, "libsample.so")]) {
          assert.equal((statSync(path).mode & 0o777).toString(8), shared ? "755" : "700", path);
        }
      } finally {
        process.umask(before);
      }
    },
  );
}

nativeTest("unpack() replaces a copy of which a part is missing", (library, place) => {
  const folder = unpack(library, place);
  truncateSync(join(folder, "libsample.so"), 4096);
  unpack(library, place);
  assert.equal(statSync(join(folder, "libsample.so")).size, 100_000);
  rmSync(join(folder, "addon.node"));
  unpack(library, place);
  assert.equal(readFileSync(join(folder, "addon.node"), "utf8"), "the addon");
  assert.deepEqual(readdirSync(place), [folderName(library)]);
});

nativeTest("unpack() refuses what another user could have changed", (library, place, folder) => {
  mkdirSync(place, { recursive: true });
  chmodSync(place, 0o777);
  assert.throws(() => unpack(library, place), /another user/);
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(folder, "link"));
  assert.throws(() => unpack(library, join(folder, "link")), /another user/);
});

nativeTest("unpack() makes a copy anew that others may write", (library, place) => {
  const folder = unpack(library, place);
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, "addon.node"), "planted!!");
  unpack(library, place);
  assert.equal(readFileSync(join(folder, "addon.node"), "utf8"), "the addon");
});

nativeTest("unpack() removes what killed starts left and versions long unused, and nothing else", (library, place) => {
  const names = {
    ".unpacking-old": 2 * 3_600_000,
    ".unpacking-new": 0,
    "sample-old": 31 * 24 * 3_600_000,
    "sample-recent": 24 * 3_600_000,
    "other-old": 31 * 24 * 3_600_000,
  };
  for (const [name, ageMs] of Object.entries(names)) {
    mkdirSync(join(place, name), { recursive: true, mode: 0o700 });
    utimesSync(join(place, name), new Date(Date.now() - ageMs), new Date(Date.now() - ageMs));
  }
  unpack(library, place);
  const left = readdirSync(place).sort();
  assert.deepEqual(left, [".unpacking-new", "other-old", folderName(library), "sample-recent"].sort());
});

nativeTest("unpack() refuses to unpack what the executable holds damaged", (library, place) => {
  writeFileSync(library.files[0].asset, zstdCompressSync("not addon"));
  assert.throws(() => unpack(library, place), /copy of addon.node is whole/);
  assert.deepEqual(readdirSync(place), []);
});

nativeTest("loadNative() passes over places where a library cannot be written or opened", (library, place, folder) => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const noexec = join(folder, "noexec");
  const opened: string[] = [];
  const open = (path: string): string => {
    opened.push(path);
    if (path.startsWith(noexec)) throw new Error("Operation not permitted");
    return readFileSync(path, "utf8");
  };
  assert.equal(loadNative(library, [join(file, "below"), noexec, place], open), "the addon");
  const another = { ...library, name: "another" };
  assert.equal(loadNative(another, [noexec, place], open), "the addon");
  assert.ok(!existsSync(join(noexec, folderName(another))));
  assert.deepEqual(opened.map((path) => path.startsWith(noexec)), [true, false, false]);
});

nativeTest("loadNative() replaces a damaged copy of the right size", (library, place) => {
  const folder = unpack(library, place);
  writeFileSync(join(folder, "addon.node"), "the mad m");
  const open = (path: string): string => {
    const content = readFileSync(path, "utf8");
    if (content !== "the addon") throw new Error("invalid ELF header");
    return content;
  };
  assert.equal(loadNative(library, [place], open), "the addon");
  assert.deepEqual(readdirSync(place), [folderName(library)]);
});

nativeTest("loadNative() tells of every place when none will do", (library, place, folder) => {
  const open = (): never => {
    throw new Error("libstdc++.so.6: cannot open shared object file");
  };
  const places = [place, join(folder, "second")];
  assert.throws(
    () => loadNative(library, places, open),
    (error) =>
      error instanceof RheiError && error.code === "IO_ERROR" && /RHEI_NATIVE_DIR/.test(error.hint ?? "") &&
      places.every((each) => error.message.includes(`${each}: libstdc++.so.6`)),
  );
});

const BARE: Surroundings = { env: {}, platform: "linux", uid: 7, home: null, temporary: null, program: "/opt/rhei" };

const PLACES: readonly { readonly name: string; readonly given: Partial<Surroundings>; readonly places: string[] }[] = [
  { name: "nothing but the program", given: {}, places: ["/opt/rhei-native"] },
  { name: "a home", given: { home: "/home/ann" }, places: ["/home/ann/.cache/rhei/native", "/opt/rhei-native"] },
  {
    name: "a home on macOS",
    given: { home: "/Users/ann", platform: "darwin" },
    places: ["/Users/ann/Library/Caches/rhei/native", "/opt/rhei-native"],
  },
  {
    name: "a cache of its own and a temporary folder",
    given: { env: { XDG_CACHE_HOME: "/cache" }, temporary: "/tmp" },
    places: ["/cache/rhei/native", "/tmp/rhei-native-7", "/opt/rhei-native"],
  },
  {
    name: "a cache that is no absolute path",
    given: { env: { XDG_CACHE_HOME: "cache" } },
    places: ["/opt/rhei-native"],
  },
  {
    name: "RHEI_NATIVE_DIR",
    given: { env: { RHEI_NATIVE_DIR: "/srv/native", XDG_CACHE_HOME: "/cache" }, home: "/home/ann" },
    places: ["/srv/native"],
  },
];

for (const { name, given, places } of PLACES) {
  Deno.test(`cachePlaces() with ${name}`, () => assert.deepEqual(cachePlaces({ ...BARE, ...given }), places));
}
