import assert from "node:assert/strict";
import { openMetricsText, prefersOpenMetrics } from "./open_metrics.ts";

Deno.test("openMetricsText() drops _total from families, keeps it in samples, and marks the end", () => {
  const text = `# HELP rhei_errors_total Statements that failed.
# TYPE rhei_errors_total counter
rhei_errors_total{code="SQL_ERROR"} 2

# HELP rhei_wait_seconds Time.
# TYPE rhei_wait_seconds histogram
rhei_wait_seconds_bucket{le="0.5"} 1
rhei_wait_seconds_bucket{kind="a,le=\\"1\\"",le="1"} 1
rhei_wait_seconds_bucket{le="+Inf"} 1
`;
  assert.equal(
    openMetricsText(text),
    `# HELP rhei_errors Statements that failed.
# TYPE rhei_errors counter
rhei_errors_total{code="SQL_ERROR"} 2
# HELP rhei_wait_seconds Time.
# TYPE rhei_wait_seconds histogram
rhei_wait_seconds_bucket{le="0.5"} 1
rhei_wait_seconds_bucket{kind="a,le=\\"1\\"",le="1.0"} 1
rhei_wait_seconds_bucket{le="+Inf"} 1
# EOF
`,
  );
});

Deno.test("prefersOpenMetrics() weighs what a scraper accepts", () => {
  const prometheus =
    "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4," +
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
  const cases: readonly [string, boolean][] = [
    ["", false],
    ["*/*", false],
    ["text/html, text/plain", false],
    ["application/openmetrics-text", true],
    [prometheus, true],
    ["text/plain, application/openmetrics-text;q=0.5", false],
    ["application/openmetrics-text;q=0", false],
  ];
  for (const [accept, expected] of cases) assert.equal(prefersOpenMetrics(accept), expected, accept);
});
