import assert from "node:assert/strict";
import { judgeSync, STEP_STUCK_AFTER_MS, STUCK_AFTER_MS, type SyncFacts } from "./sync_health.ts";

const NOW_MS = 1_000_000_000;
const LONG_MS = STUCK_AFTER_MS + 1_000;
const VERY_LONG_MS = STEP_STUCK_AFTER_MS + 1_000;

const WORKING: SyncFacts = {
  intervalMs: 100,
  ready: true,
  standby: false,
  openingFailure: null,
  syncing: false,
  trouble: null,
  lag: { lagMs: 0 },
  progressAtMs: NOW_MS,
};

const OPENING: SyncFacts = { ...WORKING, ready: false };

const failing = (sinceMs: number) => ({ error: new Error("disk full"), sinceMs, failures: 1, retryMs: 100 });

const CASES: readonly { name: string; facts: SyncFacts; ok: boolean; reason: RegExp }[] = [
  { name: "nothing to do", facts: WORKING, ok: true, reason: /^the mirror is up to date$/ },
  {
    name: "nothing to do for long",
    facts: { ...WORKING, progressAtMs: NOW_MS - LONG_MS },
    ok: true,
    reason: /up to date/,
  },
  { name: "changes that just came", facts: { ...WORKING, lag: { lagMs: 500 } }, ok: true, reason: /is 0\.5 s behind$/ },
  {
    name: "changes that just came after a long rest",
    facts: { ...WORKING, lag: { lagMs: 500 }, progressAtMs: 0 },
    ok: true,
    reason: /behind/,
  },
  {
    name: "a long step that moves rows",
    facts: { ...WORKING, lag: { lagMs: LONG_MS }, progressAtMs: NOW_MS - 1_000 },
    ok: true,
    reason: /61 s behind/,
  },
  {
    name: "changes that wait while nothing moves",
    facts: { ...WORKING, lag: { lagMs: LONG_MS }, progressAtMs: NOW_MS - LONG_MS },
    ok: false,
    reason: /changes have waited for 61 s/,
  },
  {
    name: "changes that wait for a sync that is under way",
    facts: { ...WORKING, syncing: true, lag: { lagMs: LONG_MS }, progressAtMs: NOW_MS - LONG_MS },
    ok: true,
    reason: /61 s behind/,
  },
  {
    name: "a sync that moves nothing",
    facts: { ...WORKING, syncing: true, lag: { lagMs: VERY_LONG_MS }, progressAtMs: NOW_MS - VERY_LONG_MS },
    ok: false,
    reason: /waited for 601 s/,
  },
  {
    name: "changes that wait without a loop",
    facts: { ...WORKING, intervalMs: 0, lag: { lagMs: LONG_MS }, progressAtMs: 0 },
    ok: true,
    reason: /behind/,
  },
  {
    name: "a lag that cannot be read, without a loop",
    facts: { ...WORKING, intervalMs: 0, lag: { failure: new Error("disk full") } },
    ok: false,
    reason: /^how far the mirror is behind cannot be told: disk full$/,
  },
  {
    name: "a lag that cannot be read, with a loop that will meet the same",
    facts: { ...WORKING, lag: { failure: new Error("disk full") } },
    ok: true,
    reason: /disk full/,
  },
  {
    name: "a failure that is new",
    facts: { ...WORKING, trouble: failing(NOW_MS - 5_000) },
    ok: true,
    reason: /trying again: disk full/,
  },
  {
    name: "a failure that lasts",
    facts: { ...WORKING, trouble: failing(NOW_MS - LONG_MS) },
    ok: false,
    reason: /^disk full \(for 61 s\)$/,
  },
  { name: "a first load under way", facts: OPENING, ok: true, reason: /being opened/ },
  {
    name: "a first load that stands still",
    facts: { ...OPENING, progressAtMs: NOW_MS - VERY_LONG_MS },
    ok: false,
    reason: /stood still for 601 s/,
  },
  {
    name: "a mirror that nobody has asked for",
    facts: { ...OPENING, intervalMs: 0, progressAtMs: 0 },
    ok: true,
    reason: /asked for/,
  },
  {
    name: "a mirror that cannot be opened",
    facts: { ...OPENING, openingFailure: new Error("no space left") },
    ok: false,
    reason: /^no space left$/,
  },
  {
    name: "a mirror that another process has",
    facts: { ...OPENING, standby: true, openingFailure: new Error("another process holds it") },
    ok: true,
    reason: /^another process has the mirror: libSQL answers here/,
  },
];

for (const { name, facts, ok, reason } of CASES) {
  Deno.test(`judgeSync() finds ${name} ${ok ? "in order" : "stuck"}`, () => {
    const health = judgeSync(facts, NOW_MS);
    assert.equal(health.ok, ok);
    assert.match(health.reason, reason);
  });
}
