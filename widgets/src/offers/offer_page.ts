/** One offer before it is claimed: what it gives and costs, its terms, and the question whether the shopper wants it. */

import { element, safeLink, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { button, facts, heading, page } from "../panel_page.ts";
import { sign } from "../symbols.ts";
import { drawLock, givesText, priceText } from "./cards.ts";
import { ask, claim, needsAsking } from "./claiming.ts";
import { drawExchange, drawQuoteDeck } from "./exchange.ts";
import type { Offer } from "./model.ts";
import { drawTerms, tile, type OffersScene } from "./offers_scene.ts";
import { claimView, type OfferView } from "./views.ts";

export function drawOffer(scene: OffersScene, view: OfferView): DocumentFragment {
  const { words, deals } = scene;
  const offer = deals.offer(view.id);
  if (!offer) return page(heading(scene, words.get("title")), [element("p", { class: "empty" }, words.get("gone"))]);
  const { allowed } = offer.availability;
  return page(
    heading(scene, words.get(`offer.${offer.kind}`)),
    [
      drawTicket(scene, offer),
      !allowed && element("div", { class: "in-the-way" }, drawLock(scene, offer), drawJoin(scene, offer)),
      offer.exchange && allowed && drawExchange(scene, offer.exchange, view),
      drawFacts(scene, offer),
      drawTerms(scene, offer.terms, view),
      drawPartner(scene, offer),
    ],
    allowed && drawDeck(scene, offer, view),
  );
}

function drawTicket(scene: OffersScene, offer: Offer): HTMLElement {
  const { title, description, partner, kind, artworkUrl, price } = offer;
  const name = element("h3", { tabindex: "-1", "data-focus": "heading" }, title);
  const words = element("div", {}, name, element("p", { class: "whose" }, partner.name), description && element("p", {}, description));
  const cost = price && element("p", { class: "price" }, element("span", { class: "figure-number" }, scene.words.number(price.points)), ` ${scene.texts.counted("panel.unit", price.points)}`);
  const stub = element("div", { class: "ticket-stub" }, cost, element("p", { class: "promise" }, givesText(scene, offer)), !cost && !offer.exchange && element("small", {}, priceText(scene, offer)));
  return element("div", { class: "ticket" }, element("div", { class: "ticket-head" }, tile(kind, artworkUrl), words), stub);
}

function drawFacts({ words, texts, answer }: OffersScene, { price, validDays, remaining, endsAt, earning, kind, availability }: Offer): HTMLElement {
  const available = answer?.me?.balance.available ?? 0;
  return facts([
    [words.get("fact.after"), price && availability.allowed && available >= price.points ? texts.points(available - price.points) : null],
    [words.get("fact.earns"), kind === "ACCRUAL" ? null : earning?.text],
    [words.get("fact.valid"), validDays === null ? null : words.counted("days", validDays)],
    [words.get("fact.left"), remaining === null ? null : words.number(remaining)],
    [words.get("fact.ends"), endsAt && dayText(endsAt, texts.locale)],
  ]);
}

function drawPartner({ words }: OffersScene, { partner }: Offer): Child {
  const website = safeLink(partner.website ?? undefined);
  const link = website && element("a", { class: "link", href: website, target: "_blank", rel: "noopener", "data-focus": "partner" }, words.get("visit", { partner: partner.name }));
  if (!partner.about && !link) return null;
  return element("div", { class: "about-partner" }, element("strong", {}, partner.name), partner.about && element("p", {}, partner.about), link);
}

/** Who is logged out is told how to get in. */
function drawJoin({ links, texts, answer }: OffersScene, { availability }: Offer): Child {
  if (availability.reason !== "SIGNED_OUT" || answer?.me || !links.join) return null;
  return element("a", { class: "pill", href: links.join, "data-focus": "join" }, texts.get("panel.join"));
}

function drawDeck(scene: OffersScene, offer: Offer, view: OfferView): HTMLElement {
  const { words } = scene;
  const problem = view.problem && element("p", { class: "problem", role: "alert" }, sign("cross"), view.problem);
  if (offer.exchange) return element("div", { class: "deck" }, ...drawQuoteDeck(scene, offer, offer.exchange, view, problem));
  const label = offer.price ? words.get("do.REDEMPTION", { points: scene.texts.points(offer.price.points) }) : words.get(`do.${offer.kind}`);
  if (view.asking) return drawQuestion(scene, offer, view, label, problem);
  const act = needsAsking(offer) ? () => ask(scene, view) : () => void claim(scene, offer, view);
  return element("div", { class: "deck" }, problem, waiting(scene, view, button(label, "action main", "claim", act)));
}

/** The terms lie open above; here the shopper says that they agree. */
function drawQuestion(scene: OffersScene, offer: Offer, view: OfferView, label: string, problem: Child): HTMLElement {
  const { words } = scene;
  const question = element("p", { id: "question" }, words.get(offer.terms ? "question.terms" : "question.points", { points: scene.texts.points(offer.price?.points ?? 0) }));
  const no = button(words.get("no"), "action outlined", "no", () => {
    view.asking = false;
    scene.redraw();
    scene.focus("claim");
  });
  const yes = waiting(scene, view, button(label, "action main", "yes", () => void claim(scene, offer, view)));
  return element("div", { class: "deck", role: "group", "aria-labelledby": "question" }, question, problem, element("div", { class: "choices" }, no, yes));
}

/** A button that says so while what it asked for is on its way. */
export function waiting({ words }: OffersScene, view: OfferView, made: HTMLButtonElement): HTMLButtonElement {
  if (!view.busy) return made;
  made.setAttribute("aria-disabled", "true");
  made.replaceChildren(element("span", { class: "spinner" }), words.get("busy"));
  return made;
}

/** What was sent and not answered is looked for in what the shopper has: there it is, once it came into being. */
export function resume(scene: OffersScene, view: OfferView): void {
  const newest = scene.deals.offer(view.id)?.claim;
  const made = view.sent && !view.busy && newest && newest.id !== view.before;
  if (made && scene.navigation.view === view) scene.show(claimView(newest.id, true));
}
