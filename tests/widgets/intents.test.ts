import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { answerOf, forget, intentFor, keyOf, remember } from "../../widgets/src/intents.ts";
import type { Redemption } from "../../widgets/src/rewards_model.ts";

const MEMBER = "gid://laurel/Member/7";
const FIVE_OFF = "gid://laurel/Reward/1";
const SHIPPING = "gid://laurel/Reward/2";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
  Object.defineProperty(globalThis, "sessionStorage", { value: storage, configurable: true });
});

function redemption(number: number, rewardId: string): Redemption {
  const reward = { id: rewardId, title: "", kind: "AMOUNT_OFF" };
  const empty = { code: null, expiresAt: null, applyUrl: null, orderName: null, note: null, createdAt: "", canCancel: false };
  return { ...empty, id: `gid://laurel/Redemption/${number}`, status: "READY", points: 500, reward };
}

test("given two tabs that show the same, when both want a reward, then their keys are one", () => {
  const shown = [redemption(12, SHIPPING)];
  assert.equal(intentFor(MEMBER, FIVE_OFF, shown).key, intentFor(MEMBER, FIVE_OFF, shown).key);
  assert.equal(intentFor(MEMBER, FIVE_OFF, shown).key, "panel-7-1-12");
});

test("given a redemption that the shopper saw, when they want the same again, then it is another wish", () => {
  const first = intentFor(MEMBER, FIVE_OFF, []);
  const second = intentFor(MEMBER, FIVE_OFF, [redemption(13, FIVE_OFF)]);
  assert.equal(first.key, "panel-7-1-0");
  assert.equal(second.key, "panel-7-1-13");
});

test("given another number of points, another reward or another member, when keys are made, then they differ", () => {
  const intent = intentFor(MEMBER, FIVE_OFF, []);
  const keys = [keyOf(intent, null), keyOf(intent, 300), keyOf(intent, 400), intentFor(MEMBER, SHIPPING, []).key, intentFor("x/8", FIVE_OFF, []).key];
  assert.equal(new Set(keys).size, 5);
  assert.ok(keys.every((key) => /^[!-~]{1,100}$/.test(key)));
});

test("given a wish that was not answered, when the page is loaded again, then its key is sent again", () => {
  const sent = intentFor(MEMBER, FIVE_OFF, []);
  remember(sent);
  assert.deepEqual(intentFor(MEMBER, FIVE_OFF, [redemption(20, SHIPPING)]), sent);
});

test("given a wish that was not answered, when the list shows what came of it, then a new wish has a new key", () => {
  remember(intentFor(MEMBER, FIVE_OFF, [redemption(12, FIVE_OFF)]));
  const shown = [redemption(13, FIVE_OFF), redemption(12, FIVE_OFF)];
  assert.equal(intentFor(MEMBER, FIVE_OFF, shown).key, "panel-7-1-13");
});

test("given a wish that was answered, when it is forgotten, then nothing of it is kept, and other wishes stay", () => {
  const [five, shipping] = [intentFor(MEMBER, FIVE_OFF, []), intentFor(MEMBER, SHIPPING, [])];
  remember(five);
  remember(shipping);
  forget(five);
  assert.deepEqual(JSON.parse(kept.get("laurel.intents") ?? ""), [shipping]);
});

test("given a list, when a wish's answer is looked for, then it is the first of its reward that came after it", () => {
  const intent = intentFor(MEMBER, FIVE_OFF, [redemption(12, FIVE_OFF)]);
  const shown = [redemption(15, FIVE_OFF), redemption(14, FIVE_OFF), redemption(13, SHIPPING), redemption(12, FIVE_OFF)];
  assert.equal(answerOf(intent, shown)?.id, "gid://laurel/Redemption/14");
  assert.equal(answerOf(intent, shown.slice(2)), undefined);
});

test("given a storage that holds nonsense or is off, when a wish is formed, then it is formed anew", () => {
  kept.set("laurel.intents", "{");
  assert.equal(intentFor(MEMBER, FIVE_OFF, []).key, "panel-7-1-0");
  Object.defineProperty(globalThis, "sessionStorage", { get: () => { throw new Error("off"); }, configurable: true });
  remember(intentFor(MEMBER, FIVE_OFF, []));
  assert.equal(intentFor(MEMBER, FIVE_OFF, []).key, "panel-7-1-0");
});
