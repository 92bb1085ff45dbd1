import type { ContenderReport } from "./report.ts";
import type { Point } from "./workload.ts";

const PANEL = { width: 400, height: 300, left: 70, top: 50, gap: 90 } as const;
const WIDTH = PANEL.left + 2 * PANEL.width + PANEL.gap + 30;
const HEIGHT = PANEL.top + PANEL.height + 90;
/** Told apart by people who do not see all colours, on white and on black. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];
const GREY = "#888888";
const TICKS = 4;

interface Panel {
  readonly title: string;
  readonly left: number;
  readonly tMax: number;
  readonly aMax: number;
  readonly tLabel: string;
  readonly aLabel: string;
  readonly format: (value: number) => string;
}

/**
 * The throughput frontiers as an SVG picture: on the left as they are, on the right as shares of what each contender does at most, with
 * the dashed line that sharing one resource would give. Faint lines join the points with as many transactional clients.
 */
export function frontierChart(contenders: readonly ContenderReport[]): string {
  const all = contenders.flatMap(({ points }) => points);
  const absolute: Panel = {
    title: "Throughput frontier",
    left: PANEL.left,
    tMax: roundUp(Math.max(1, ...all.map((point) => point.tThroughput))),
    aMax: roundUp(Math.max(1, ...all.map((point) => point.aThroughput))),
    tLabel: "transactions per second",
    aLabel: "queries per second",
    format: (value) => value.toLocaleString("en"),
  };
  const relative: Panel = {
    title: "Shares of each one's own most",
    left: PANEL.left + PANEL.width + PANEL.gap,
    tMax: 1,
    aMax: 1,
    tLabel: "share of most transactions per second",
    aLabel: "share of most queries per second",
    format: (value) => `${Math.round(value * 100)} %`,
  };
  const parts = [
    frame(absolute),
    frame(relative),
    line(relative, [[0, 1], [1, 0]], GREY, `stroke-dasharray="5 4"`),
    ...contenders.map((contender, at) => series(absolute, relative, contender, COLOURS[at % COLOURS.length]!)),
    ...contenders.map(({ name }, at) => legend(name, at)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
${parts.join("\n")}
</svg>
`;
}

function series(absolute: Panel, relative: Panel, { points, frontier }: ContenderReport, colour: string): string {
  const at = (point: Point) => [point.tThroughput, point.aThroughput] as const;
  const [tMost, aMost] = [frontier[0]?.tThroughput ?? 1, frontier.at(-1)?.aThroughput ?? 1];
  const share = (point: Point) => [point.tThroughput / tMost, point.aThroughput / aMost] as const;
  const steps = [...new Set(points.map(({ tClients }) => tClients))].filter((clients) => clients > 0);
  const fixed = steps.map((clients) =>
    points.filter(({ tClients }) => tClients === clients).sort((a, b) => a.aClients - b.aClients)
  );
  return [
    ...fixed.map((row) => line(absolute, row.map(at), colour, `stroke-opacity="0.3"`)),
    line(absolute, frontier.map(at), colour, `stroke-width="2"`),
    line(relative, frontier.map(share), colour, `stroke-width="2"`),
    ...points.map((point) => dot(absolute, at(point), colour)),
    ...points.map((point) => dot(relative, share(point), colour)),
  ].join("\n");
}

function frame(panel: Panel): string {
  const { left, title, tMax, aMax, tLabel, aLabel, format } = panel;
  const bottom = PANEL.top + PANEL.height;
  const middle = left + PANEL.width / 2;
  const sideways = `${left - 55} ${PANEL.top + PANEL.height / 2}`;
  const ticks = Array.from({ length: TICKS + 1 }, (_, at) => at / TICKS).flatMap((share) => {
    const [x, y] = place(panel, [share * tMax, share * aMax]);
    return [
      `<line x1="${x}" y1="${PANEL.top}" x2="${x}" y2="${bottom}" stroke="${GREY}" stroke-opacity="0.2"/>`,
      `<line x1="${left}" y1="${y}" x2="${left + PANEL.width}" y2="${y}" stroke="${GREY}" stroke-opacity="0.2"/>`,
      `<text x="${x}" y="${bottom + 16}" text-anchor="middle">${format(share * tMax)}</text>`,
      `<text x="${left - 6}" y="${y + 4}" text-anchor="end">${format(share * aMax)}</text>`,
    ];
  });
  return [
    ...ticks,
    `<text x="${middle}" y="${PANEL.top - 12}" text-anchor="middle" font-weight="bold">${title}</text>`,
    `<text x="${middle}" y="${bottom + 36}" text-anchor="middle">${tLabel}</text>`,
    `<text x="${left - 55}" y="${
      PANEL.top + PANEL.height / 2
    }" text-anchor="middle" transform="rotate(-90 ${sideways})">${aLabel}</text>`,
  ].join("\n");
}

function legend(name: string, at: number): string {
  const [x, y] = [PANEL.left + at * 140, HEIGHT - 22];
  return `<line x1="${x}" y1="${y}" x2="${x + 24}" y2="${y}" stroke="${
    COLOURS[at % COLOURS.length]
  }" stroke-width="2"/>` +
    `<text x="${x + 30}" y="${y + 4}">${name}</text>`;
}

function line(panel: Panel, points: readonly (readonly [number, number])[], colour: string, style: string): string {
  const path = points.map((point) => place(panel, point).join(",")).join(" ");
  return `<polyline points="${path}" fill="none" stroke="${colour}" ${style}/>`;
}

function dot(panel: Panel, point: readonly [number, number], colour: string): string {
  const [x, y] = place(panel, point);
  return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`;
}

/** Pixels of a point of the plane, to a tenth. */
function place({ left, tMax, aMax }: Panel, [t, a]: readonly [number, number]): [number, number] {
  const x = left + Math.min(1, t / tMax) * PANEL.width;
  const y = PANEL.top + PANEL.height - Math.min(1, a / aMax) * PANEL.height;
  return [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
}

/** The next number that is easy to read and divides into quarters. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((factor) => factor * power).find((round) => round >= value) ??
    value;
}
