/** Media type of Prometheus's text format. */
export const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Media type of OpenMetrics. */
export const OPEN_METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/**
 * Prometheus's text format as OpenMetrics 1.0: a counter's family goes without `_total`, bucket bounds are written as real numbers, no
 * line is empty, and the end is marked. (`prom-client` can write it too, but renames its counters for good when it does.)
 */
export function openMetricsText(text: string): string {
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    lines.push(line.startsWith("# ") ? familyLine(line) : line.replace(/([{,]le=")(\d+)"/, '$1$2.0"'));
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

/** Only counters end in `_total`: a naming rule that is tested. */
function familyLine(line: string): string {
  return line.replace(/^(# (?:HELP|TYPE) \S+?)_total /, "$1 ");
}

/** Whether an `Accept` header asks for OpenMetrics at least as much as for the plain text format. */
export function prefersOpenMetrics(accept: string): boolean {
  const qualities = accept.split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
    return { type, quality: Number(quality) };
  });
  const qualityOf = (type: string): number =>
    Math.max(0, ...qualities.filter((each) => each.type === type).map((each) => each.quality));
  const openMetrics = qualityOf("application/openmetrics-text");
  return openMetrics > 0 && openMetrics >= qualityOf("text/plain");
}
