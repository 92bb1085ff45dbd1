/**
 * What to start a thread with whose module is at `module`. Threads start from files only: where rhei itself was imported over the
 * network, a module in the address imports it.
 */
export function threadEntry(module: URL): URL {
  if (module.protocol === "file:") return module;
  return new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(module.href)};`)}`);
}
