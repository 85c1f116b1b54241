import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../../widgets/src/changes.ts";

const calm = { idle: 0, panelOpen: false, failures: 0 };

test("given a shopper who is busy, when the next question is planned, then it comes in a second", () => {
  assert.equal(pause(calm), 1_000);
  assert.equal(pause({ ...calm, idle: 59_999 }), 1_000);
});

test("given a shopper who has gone quiet, when it is planned, then it comes in five seconds, later in thirty", () => {
  assert.equal(pause({ ...calm, idle: 60_000 }), 5_000);
  assert.equal(pause({ ...calm, idle: 299_999 }), 5_000);
  assert.equal(pause({ ...calm, idle: 300_000 }), 30_000);
});

test("given an open panel, when nobody touches the page for minutes, then it still asks every second", () => {
  assert.equal(pause({ ...calm, panelOpen: true, idle: 899_999 }), 1_000);
  assert.equal(pause({ ...calm, panelOpen: true, idle: 900_000 }), 30_000);
});

test("given failures in a row, when it is planned, then each doubles the pause, up to thirty seconds", () => {
  const pauses = [1, 2, 3, 4, 5, 50].map((failures) => pause({ ...calm, panelOpen: true, failures }));
  assert.deepEqual(pauses, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});
