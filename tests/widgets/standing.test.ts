import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, parse, readableOn, VISIBLE } from "../../widgets/src/colors.ts";
import { quoteText } from "../../widgets/src/membership_change.ts";
import { inMonths } from "../../widgets/src/membership_questions.ts";
import { priceText, savedText } from "../../widgets/src/standing_cards.ts";
import type { Measure, Membership, Plan } from "../../widgets/src/standing_model.ts";
import { percentOf } from "../../widgets/src/tier_ring.ts";
import { Texts } from "../../widgets/src/texts.ts";

const texts = new Texts({ "plans.price": "[price] / [interval]", "membership.saved": "You saved [amount] this year" }, "en");

function measures(...percents: number[]): Measure[] {
  return percents.map((percent) => ({ metric: "SPEND", percent, missing: "1", text: "" }));
}

test("given several things that are asked for, when the ring is drawn, then it goes as far as the one that decides", () => {
  assert.equal(percentOf(measures(31, 45), "ALL"), 31);
  assert.equal(percentOf(measures(31, 45), "ANY"), 45);
  assert.equal(percentOf(measures(140, -3), "ANY"), 100);
  assert.equal(percentOf([], "ALL"), 0);
});

test("given a price, when it is told, then whole amounts go without decimals and no price says nothing", () => {
  const priced = (amount: string | null): string =>
    priceText(texts, { price: amount && { amount, currencyCode: "USD" }, interval: { text: "month" } } as unknown as Plan);
  assert.equal(priced("4.99"), "$4.99 / month");
  assert.equal(priced("99.00"), "$99 / month");
  assert.equal(priced(null), "");
});

test("given savings in two currencies, when they are told, then both are and what is nothing is not", () => {
  const saved = (...amounts: [string, string][]): string =>
    savedText(texts, { savedThisYear: amounts.map(([amount, currencyCode]) => ({ amount, currencyCode })) } as unknown as Membership);
  assert.equal(saved(["43.20", "USD"], ["5.00", "EUR"]), "You saved $43.20 + €5 this year");
  assert.equal(saved(["0.00", "USD"]), "");
});

test("given a change of plan, when its cost is told, then it says when it starts and what is paid now", () => {
  const words = { "change.at_once": "At once.", "change.later": "On [date].", "change.due": "Pay [amount].", "change.free": "Nothing now." };
  const quote = (when: "NOW" | "AT_END", amount: string): string =>
    quoteText(new Texts(words, "en"), { when, due: { amount, currencyCode: "USD" }, effectiveAt: `${new Date().getFullYear()}-12-12T12:00:00` });
  assert.equal(quote("NOW", "89.12"), "At once. Pay $89.12.");
  assert.equal(quote("NOW", "0.00"), "At once. Nothing now.");
  assert.equal(quote("AT_END", "0.00"), "On Dec 12. Nothing now.");
});

test("given the last day of a month, when months are added, then it is the last day of a shorter one", () => {
  const then = inMonths(1, new Date(2027, 0, 31, 12));
  assert.deepEqual([then.getFullYear(), then.getMonth(), then.getDate()], [2027, 1, 28]);
  assert.equal(inMonths(3, new Date(2026, 10, 30)).getDate(), 28);
});

test("given a pale color, when it is drawn as a line, then it can be seen on both surfaces", () => {
  for (const surface of [[0xea, 0xee, 0xec], [0x24, 0x2b, 0x28]]) {
    for (const color of ["#ffffff", "#000000", "#d4af37", "#b4b8bf"]) {
      assert.ok(contrast(readableOn(parse(color), surface, VISIBLE), surface) >= VISIBLE);
    }
  }
});
