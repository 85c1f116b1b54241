import assert from "node:assert/strict";
import { test } from "node:test";
import { givesText, ownClaim, priceText } from "../../widgets/src/offers/cards.ts";
import { storyText } from "../../widgets/src/offers/claim_page.ts";
import { needsAsking } from "../../widgets/src/offers/claiming.ts";
import { accountOf, endOf, typedPoints } from "../../widgets/src/offers/exchange.ts";
import type { Claim, Exchange, ExchangeQuote, Offer } from "../../widgets/src/offers/model.ts";
import { claimKey } from "../../widgets/src/offers/store.ts";
import { wordsFor } from "../../widgets/src/offers/words.ts";
import { Texts } from "../../widgets/src/texts.ts";

const words = wordsFor("en-GB");
const texts = new Texts({ "points.one": "[count] point", "points.other": "[count] points" }, "en-GB");
const EXCHANGE: Exchange = { numerator: 4, denominator: 5, minimumPoints: 500, maximumPoints: null, unitName: "miles", accountHint: "" };

function offer(changes: Partial<Offer> = {}): Offer {
  const plain = { id: "gid://laurel/Offer/5", title: "", description: "", terms: "", kind: "CODE", artworkUrl: null, endsAt: null, remaining: null, worth: "", validDays: null };
  const rest = { partner: { name: "Harbor Coffee", website: null, about: "" }, availability: { allowed: true, reason: null, message: null }, price: null, exchange: null, earning: null, claim: null };
  return { ...plain, ...rest, ...changes } as Offer;
}

function claim(changes: Partial<Claim>): Claim {
  return { status: "READY", kind: "CODE", points: 0, account: null, offer: { partner: { name: "Harbor Coffee" } }, ...changes } as unknown as Claim;
}

test("given an offer, when it is told in a line, then it says what it gives and what it costs", () => {
  const told = (changes: Partial<Offer>): readonly string[] => [givesText({ words, texts }, offer(changes)), priceText({ words, texts }, offer(changes))];
  assert.deepEqual(told({}), ["A code for their shop", "Free for members"]);
  assert.deepEqual(told({ kind: "REDEMPTION", worth: "$30", price: { points: 1500 } }), ["$30", "1,500 points"]);
  assert.deepEqual(told({ kind: "REDEMPTION", price: { points: 1 } }), ["A voucher for their shop", "1 point"]);
  assert.deepEqual(told({ kind: "ACCRUAL", earning: { text: "2 points for each $1" } }), ["2 points for each $1", "Free for members"]);
  assert.deepEqual(told({ kind: "EXCHANGE", exchange: EXCHANGE }), ["5 points = 4 miles", "From 500 points"]);
});

test("given what was claimed, when its story is told, then it says what to do with it or what became of it", () => {
  const told = (changes: Partial<Claim>): string => storyText({ words, texts }, claim(changes));
  assert.equal(told({}), "Use this code in the shop of Harbor Coffee.");
  assert.equal(told({ kind: "EXCHANGE", status: "USED", account: "TR-9" }), "Harbor Coffee adds them to your account TR-9.");
  assert.equal(told({ kind: "EXCHANGE", status: "USED" }), "Harbor Coffee adds them to your account there.");
  assert.equal(told({ status: "USED" }), "It was used at Harbor Coffee.");
  assert.equal(told({ status: "VOID" }), "It was taken back.");
  assert.equal(told({ status: "VOID", points: 300 }), "It was taken back. You have your 300 points again.");
});

test("given the same view in two tabs, when the wish is named, then it has one name, and another after the next claim", () => {
  const claimed = offer({ claim: { id: "gid://laurel/OfferClaim/9", status: "VOID" } });
  assert.equal(claimKey("gid://laurel/Member/7", offer(), null), "claim-7-5-0");
  assert.equal(claimKey("gid://laurel/Member/7", claimed, null), "claim-7-5-9");
  assert.equal(claimKey("gid://laurel/Member/7", claimed, "gid://laurel/OfferQuote/3"), "claim-7-5-9-3");
});

test("given terms or points at stake, when an offer is wanted, then the shopper is asked once more", () => {
  const asked = [offer(), offer({ terms: "Once." }), offer({ price: { points: 5 } }), offer({ exchange: EXCHANGE })].map(needsAsking);
  assert.deepEqual(asked, [false, true, true, true]);
});

test("given an offer that was claimed, when nothing more of it can be had, then what is had of it is shown instead", () => {
  const mine = { id: "gid://laurel/OfferClaim/9", status: "READY" } as const;
  const gone = { allowed: false, reason: "MEMBER_LIMIT", message: "" };
  assert.equal(ownClaim(offer({ claim: mine, availability: gone })), mine.id);
  assert.equal(ownClaim(offer({ claim: { ...mine, status: "EXPIRED" }, availability: gone })), null);
  assert.equal(ownClaim(offer({ claim: mine })), null);
  assert.equal(ownClaim(offer({ claim: mine, kind: "LINK" })), mine.id);
});

test("given what a shopper typed, when it is read, then it is a whole number of points or nothing", () => {
  assert.deepEqual(["500", "1,500", "1 500", "1.500", "12\u202f000"].map(typedPoints), [500, 1500, 1500, 1500, 12000]);
  assert.deepEqual(["", "-5", "1e3", "five", "1234567890123"].map(typedPoints), [null, null, null, null, null]);
  const fields = new Map([["account", { value: " TR-9 " } as HTMLInputElement]]);
  assert.equal(accountOf({ ...EXCHANGE, accountHint: "Number" }, { fields }), "TR-9");
  assert.equal(accountOf(EXCHANGE, { fields }), null);
});

test("given a clock that is wrong, when a promise of a minute arrives, then it is shown to last no longer than that", () => {
  const quote = (expiresAt: string): ExchangeQuote => ({ id: "", points: 5, gives: 4, expiresAt });
  const now = Date.UTC(2026, 10, 22);
  assert.equal(endOf(quote("2026-11-22T00:00:58Z"), now) - now, 58_000);
  assert.equal(endOf(quote("2026-11-22T03:00:00Z"), now) - now, 60_000);
  assert.equal(endOf(quote("2026-11-21T23:00:00Z"), now) - now, 60_000);
});
