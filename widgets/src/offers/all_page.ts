/** All that partners offer, all that the shopper claimed, and what they earned by purchases at partners. */

import { element, type Child } from "../elements.ts";
import { dayText, moneyText } from "../formats.ts";
import { laurel } from "../icons.ts";
import { button, heading, page, section } from "../panel_page.ts";
import { drawCards } from "./cards.ts";
import { drawRow, isOpen } from "./claim_page.ts";
import type { Purchase } from "./model.ts";
import type { OffersScene } from "./offers_scene.ts";

export function drawAll(scene: OffersScene): DocumentFragment {
  const { words, deals } = scene;
  const head = heading(scene, words.get("title"));
  if (!deals.answer) return page(head, [deals.failed ? drawTrouble(scene) : element("div", { class: "bones" }, element("div", { class: "bone tiles" }))]);
  const { claims, offers } = deals;
  const mine = [...claims.filter(isOpen), ...claims.filter((each) => !isOpen(each))];
  const list = mine.length > 0 && element("ul", { class: "mine" }, ...mine.map((each) => drawRow(scene, each)));
  return page(head, [
    list && section(words.get("claimed"), list),
    section(words.get("offers"), drawCards(scene, offers)),
    drawPurchases(scene, deals.answer.me?.partnerPurchases.nodes ?? []),
  ]);
}

function drawTrouble({ words, texts, deals }: OffersScene): HTMLElement {
  const retry = button(texts.get("panel.retry"), "action", "retry", () => void deals.refresh());
  return element("div", { class: "trouble" }, laurel(), element("p", { role: "alert" }, words.get("error")), retry);
}

function drawPurchases(scene: OffersScene, purchases: readonly Purchase[]): Child {
  if (purchases.length === 0) return null;
  return section(scene.words.get("purchases"), element("ul", { class: "purchases" }, ...purchases.map((each) => drawPurchase(scene, each))));
}

function drawPurchase({ words, texts }: OffersScene, { status, points, message, occurredAt, amount, partner }: Purchase): HTMLElement {
  const counts = status === "PENDING" || status === "APPROVED";
  const paid = `${moneyText(amount.amount, amount.currencyCode, texts.locale)} \u00b7 ${dayText(occurredAt, texts.locale)}`;
  const told = element("div", {}, element("strong", {}, partner.name), element("small", {}, paid), element("small", {}, message));
  const gained = counts && points > 0 && element("b", {}, `+${texts.points(points)}`);
  const state = element("span", { class: `status ${status.toLowerCase()}` }, words.get(`purchase.${status}`));
  return element("li", { class: "purchase" }, told, element("div", { class: "purchase-end" }, gained, state));
}
