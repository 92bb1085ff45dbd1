import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type LabelsOf, type MetricDefinition, type MetricKey, METRICS } from "./metric_definitions.ts";

/** The values of all {@linkcode METRICS}, kept by `prom-client`, which nothing outside this file knows. */
export class MetricStore {
  readonly #registry: Registry;
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  /** Counts the library does not have yet: telling it each time would take a point read's half. */
  readonly #added = new Map<
    string,
    { readonly counter: Counter; readonly labels: Readonly<Record<string, string>>; by: number }
  >();

  /** Use {@linkcode openMetricStore}. */
  constructor(client: typeof import("prom-client")) {
    this.#registry = new client.Registry();
    for (const [key, definition] of Object.entries(METRICS) as [string, MetricDefinition][]) {
      const { name, help, labels: labelNames } = definition;
      const options = { name, help, labelNames, registers: [this.#registry] };
      switch (definition.type) {
        case "counter":
          this.#counters.set(key, new client.Counter(options));
          break;
        case "gauge":
          this.#gauges.set(key, new client.Gauge(options));
          break;
        case "histogram":
          this.#histograms.set(key, new client.Histogram({ ...options, buckets: [...definition.buckets ?? []] }));
          break;
      }
    }
  }

  add<Key extends MetricKey<"counter">>(key: Key, labels: LabelsOf<Key>, by = 1): void {
    let id: string = key;
    for (const label in labels) id += `\0${labels[label as keyof typeof labels]}`;
    const added = this.#added.get(id);
    if (added !== undefined) added.by += by;
    else this.#added.set(id, { counter: this.#counters.get(key)!, labels, by });
  }

  /** Takes over a count that is kept elsewhere. */
  setCounter<Key extends MetricKey<"counter">>(key: Key, labels: LabelsOf<Key>, value: number): void {
    const counter = this.#counters.get(key)!;
    counter.remove(labels);
    counter.inc(labels, value);
  }

  set<Key extends MetricKey<"gauge">>(key: Key, labels: LabelsOf<Key>, value: number): void {
    this.#gauges.get(key)!.set(labels, value);
  }

  /** Takes away a gauge's values, whatever their labels, so that none is shown that is out of date. */
  clear(key: MetricKey<"gauge">): void {
    const gauge = this.#gauges.get(key)!;
    gauge.reset();
    // Without labels a reset makes it 0, which would be a claim.
    if (METRICS[key].labels.length === 0) gauge.remove({});
  }

  observe<Key extends MetricKey<"histogram">>(key: Key, labels: LabelsOf<Key>, value: number): void {
    this.#histograms.get(key)!.observe(labels, value);
  }

  /** All values in Prometheus's text format, version 0.0.4. */
  text(): Promise<string> {
    for (const { counter, labels, by } of this.#added.values()) counter.inc(labels, by);
    this.#added.clear();
    return this.#registry.metrics();
  }
}

/** Loads the library, which nothing is paid for before. */
export async function openMetricStore(): Promise<MetricStore> {
  const module = await import("prom-client");
  // A CommonJS module: some runtimes give its names only as its default.
  return new MetricStore("Registry" in module ? module : (module as { default: typeof module }).default);
}
