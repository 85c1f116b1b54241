import assert from "node:assert/strict";
import { test } from "node:test";
import { signed } from "../../widgets/src/entries.ts";
import { awayText, listText, monthText, yearlyText } from "../../widgets/src/formats.ts";
import { isOpen } from "../../widgets/src/redemption_list.ts";
import { storyOf } from "../../widgets/src/redemption_view.ts";
import type { Redemption } from "../../widgets/src/rewards_model.ts";
import { Texts } from "../../widgets/src/texts.ts";

function redemption(status: string, kind: string, code: string | null): Redemption {
  const reward = { id: "r", title: "", kind };
  return { id: "x", status, points: 1, code, reward, createdAt: "", expiresAt: null, canCancel: false, applyUrl: null, orderName: null, note: null };
}

test("given points that came, went, or stayed, when they are signed, then the sign says which", () => {
  const texts = new Texts({}, "en");
  assert.deepEqual([1_200, -58, 0].map((points) => signed(texts, points)), ["+1,200", "−58", "0"]);
});

test("given days that are left, when they are told, then today and tomorrow have their names", () => {
  assert.deepEqual([0, 1, 8].map((days) => awayText(days, "en")), ["today", "tomorrow", "in 8 days"]);
  assert.deepEqual([0, 1, 8].map((days) => awayText(days, "zh-CN")), ["今天", "明天", "8天后"]);
});

test("given a birthday, when it is told, then its year is not, and a leap day keeps its day", () => {
  assert.equal(yearlyText(2, 29, "en"), "February 29");
  assert.equal(yearlyText(3, 14, "zh-CN"), "3月14日");
  assert.equal(monthText(12, "en"), "December");
});

test("given kinds of discounts, when they are listed, then they are joined as the language joins", () => {
  assert.equal(listText(["product", "delivery"], "en"), "product and delivery");
  assert.equal(listText(["商品", "运费"], "zh-CN"), "商品和运费");
});

test("given a redemption in each state, when its story is chosen, then it fits state and kind", () => {
  const stories = [
    ["PENDING", "AMOUNT_OFF", null, "PENDING"],
    ["PENDING", "AMOUNT_OFF", "LRL-A", "closing"],
    ["PENDING", "MANUAL", null, "by_hand"],
    ["READY", "AMOUNT_OFF", "LRL-A", "READY"],
    ["READY", "GIFT_CARD", "ABCD", "gift_card"],
    ["READY", "FREE_PRODUCT", "LRL-A", "free_product"],
    ["READY", "STORE_CREDIT", null, "credited"],
    ["READY", "MANUAL", null, "done"],
    ["USED", "MANUAL", null, "done"],
    ["USED", "STORE_CREDIT", null, "credited"],
    ["UNKNOWN", "MANUAL", null, "UNKNOWN"],
    ["FAILED", "GIFT_CARD", null, "FAILED"],
    ["USED", "AMOUNT_OFF", "LRL-A", "USED"],
  ] as const;
  for (const [status, kind, code, story] of stories) assert.equal(storyOf(redemption(status, kind, code)), story);
});

test("given redemptions, when the open ones are chosen, then they are those of which something is still to come", () => {
  assert.ok(isOpen(redemption("PENDING", "MANUAL", null)));
  assert.ok(isOpen(redemption("UNKNOWN", "AMOUNT_OFF", null)));
  assert.ok(isOpen(redemption("READY", "AMOUNT_OFF", "LRL-A")));
  assert.ok(!isOpen(redemption("READY", "STORE_CREDIT", null)));
  assert.ok(["USED", "CANCELED", "EXPIRED", "FAILED"].every((status) => !isOpen(redemption(status, "AMOUNT_OFF", "LRL-A"))));
});
