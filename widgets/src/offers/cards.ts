/** What partners offer, as cards: whose it is, what it gives, and why it cannot be had where it cannot. */

import { element, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { button, section } from "../panel_page.ts";
import { sign } from "../symbols.ts";
import type { Offer } from "./model.ts";
import { tile, type OffersScene } from "./offers_scene.ts";
import { allView, claimView, offerView } from "./views.ts";

const AT_FIRST = 3;
/** From so few on it is a reason to hurry. */
const FEW = 50;

/** The first few on the panel's first page, with the way to all of them and to what was claimed. */
export function drawHome(scene: OffersScene): Child {
  const { words, deals, answer } = scene;
  if (!deals.answer) return answer?.me && !deals.failed && section(words.get("title"), element("div", { class: "bone tiles" }));
  const { offers, claims } = deals;
  if (offers.length === 0 && claims.length === 0) return null;
  const count = Math.max(offers.length, claims.length);
  const all = button(words.get("all", { count: words.number(count) }), "link", "all-offers", () => scene.go(allView()));
  const more = (offers.length > AT_FIRST || claims.length > 0) && all;
  return section(words.get("title"), drawCards(scene, offers.slice(0, AT_FIRST)), more);
}

export function drawCards(scene: OffersScene, offers: readonly Offer[]): HTMLElement {
  if (offers.length === 0) return element("div", { class: "empty" }, tile("CODE", null), scene.words.get("empty"));
  return element("ul", { class: "cards" }, ...offers.map((offer) => drawCard(scene, offer)));
}

function drawCard(scene: OffersScene, offer: Offer): HTMLElement {
  const { words, answer } = scene;
  const { allowed } = offer.availability;
  const owned = ownClaim(offer);
  const told = element("div", {}, element("strong", {}, offer.title), element("small", {}, `${offer.partner.name} \u00b7 ${givesText(scene, offer)}`));
  const label = words.get(owned ? "yours" : allowed || !answer?.me ? "see" : "details");
  const locked = !owned && !allowed && offer.availability.reason !== "SIGNED_OUT";
  const open = button(locked ? "" : label, locked ? "more" : "pill", `offer:${offer.id}`, () => scene.go(owned ? claimView(owned) : offerView(offer)));
  open.setAttribute("aria-label", `${label}: ${offer.title}`);
  if (locked) open.append(sign("forward"));
  if (locked) return element("li", { class: "card locked" }, tile(offer.kind, offer.artworkUrl), told, open, drawLock(scene, offer));
  const foot = element("div", { class: "foot" }, element("b", {}, priceText(scene, offer)), open);
  return element("li", { class: "card" }, tile(offer.kind, offer.artworkUrl), told, foot, drawHints(scene, offer));
}

/** The id of what the shopper has of it and can still use, where they want no other: a link or a number is enough once. */
export function ownClaim({ kind, claim, availability }: Offer): string | null {
  const lasts = kind === "LINK" || kind === "ACCRUAL";
  return claim?.status === "READY" && (lasts || !availability.allowed) ? claim.id : null;
}

/** "1,000 points → 800 miles", "2 points for each $1": what it is about, in a line. */
export function givesText({ words, texts }: Pick<OffersScene, "words" | "texts">, offer: Pick<Offer, "kind" | "worth" | "earning" | "exchange">): string {
  const { kind, worth, earning, exchange } = offer;
  if (exchange) return words.get("rate", { points: texts.points(exchange.denominator), gives: `${words.number(exchange.numerator)} ${exchange.unitName}` });
  return (kind === "REDEMPTION" && worth) || (kind === "ACCRUAL" && earning?.text) || words.get(`gives.${kind}`);
}

export function priceText({ words, texts }: Pick<OffersScene, "words" | "texts">, { price, exchange }: Pick<Offer, "price" | "exchange">): string {
  if (price) return texts.points(price.points);
  return exchange ? words.get("from", { points: texts.points(exchange.minimumPoints) }) : words.get("free");
}

/** How many are left and until when, where that is a reason to hurry. */
function drawHints({ words, texts }: OffersScene, { remaining, endsAt }: Offer): Child {
  const hints: string[] = [];
  if (remaining !== null && remaining <= FEW) hints.push(words.counted("left", remaining));
  if (endsAt) hints.push(words.get("until", { date: dayText(endsAt, texts.locale) }));
  return hints.length > 0 && element("p", { class: "hints" }, hints.join(" \u00b7 "));
}

/** What stands in the way, in the API's words. */
export function drawLock({ words }: OffersScene, { availability }: Offer): HTMLElement {
  return element("p", { class: "lock" }, sign("lock"), availability.message || words.get("locked"));
}
