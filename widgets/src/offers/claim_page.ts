/** What the shopper claimed: its code, large and ready to be used, the way to the partner, or what became of it. */

import { copyButton } from "../code.ts";
import { element, safeLink, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { button, facts, heading, page } from "../panel_page.ts";
import type { Claim } from "./model.ts";
import { drawTerms, tile, type OffersScene } from "./offers_scene.ts";
import { claimView, type ClaimView } from "./views.ts";

export function isOpen({ status }: Claim): boolean {
  return status === "READY";
}

/** A claim in a list, with its code at hand. */
export function drawRow(scene: OffersScene, claim: Claim): HTMLElement {
  const { id, offer, code, url } = claim;
  const open = button(offer.title, "stub-open", `claim:${id}`, () => scene.go(claimView(id)));
  const use = isOpen(claim) && (code ? copyButton(scene, { id, code }, "small-code") : linkOf(scene, claim, url, "pill"));
  return element(
    "li",
    { class: isOpen(claim) ? "stub" : "stub past" },
    tile(offer.kind, offer.artworkUrl),
    element("div", {}, open, element("small", {}, `${offer.partner.name} \u00b7 ${whenText(scene, claim)}`)),
    drawStatus(scene, claim),
    use && element("div", { class: "use" }, use),
  );
}

export function drawClaim(scene: OffersScene, view: ClaimView): DocumentFragment {
  const { words, deals } = scene;
  const claim = deals.claim(view.id);
  if (!claim) return page(heading(scene, words.get("claimed")), [element("div", { class: "bone tiles" })]);
  queueMicrotask(() => tell(scene, claim, view));
  const { offer, note, url } = claim;
  const link = isOpen(claim) && linkOf(scene, claim, url, "action main");
  return page(
    heading(scene, words.get(`claim.${claim.kind}`)),
    [
      drawTicket(scene, claim),
      element("p", { class: "story" }, storyText(scene, claim)),
      note && element("p", { class: "note" }, note),
      drawFacts(scene, claim),
      drawTerms(scene, offer.terms, view),
    ],
    link && element("div", { class: "deck" }, link),
  );
}

function drawTicket(scene: OffersScene, claim: Claim): HTMLElement {
  const { offer, code, gives } = claim;
  const name = element("h3", { tabindex: "-1", "data-focus": "heading" }, offer.title);
  const words = element("div", {}, name, element("p", {}, [offer.partner.name, offer.worth].filter(Boolean).join(" \u00b7 ")));
  const head = element("div", { class: "ticket-head" }, tile(offer.kind, offer.artworkUrl), words);
  const given = gives !== null && element("p", { class: "price cheers" }, element("span", { class: "figure-number" }, scene.words.number(gives)), ` ${offer.unitName ?? ""}`);
  const ready = isOpen(claim) && code && copyButton(scene, { id: claim.id, code }, "big-code");
  const stub = element("div", { class: "ticket-stub" }, given, ready || element("div", { class: "state" }, drawStatus(scene, claim)));
  return element("div", { class: isOpen(claim) || given ? "ticket" : "ticket over" }, head, stub);
}

function drawFacts({ words, texts }: OffersScene, claim: Claim): HTMLElement {
  const day = (moment: string | null): string | null => moment && dayText(moment, texts.locale);
  return facts([
    [words.get("fact.cost"), claim.points > 0 ? texts.points(claim.points) : null],
    [words.get("fact.account"), claim.account],
    [words.get("fact.claimed"), day(claim.claimedAt)],
    [words.get("fact.ends"), isOpen(claim) ? day(claim.expiresAt) : null],
  ]);
}

export function drawStatus({ words }: Pick<OffersScene, "words">, { status, kind }: Claim): HTMLElement {
  const special = kind === "ACCRUAL" && status === "READY" ? "active" : kind === "EXCHANGE" && status === "USED" ? "exchanged" : status;
  return element("span", { class: `status ${status.toLowerCase()}` }, words.get(`status.${special}`));
}

/** Says what became of it whenever that changes; what came into being gets its leaves. */
function tell(scene: OffersScene, claim: Claim, view: ClaimView): void {
  if (view.told === claim.status) return;
  const news = view.told !== "" || view.fresh;
  const first = view.told === "";
  view.told = claim.status;
  if (!news) return;
  scene.announce(storyText(scene, claim));
  if (first) scene.cheer();
}

/** What to do with it, or what became of it. */
export function storyText({ words, texts }: Pick<OffersScene, "words" | "texts">, { status, kind, offer, account, points }: Claim): string {
  const partner = offer.partner.name;
  if (status === "READY") return words.get(`story.${kind}`, { partner });
  if (status === "USED" && kind === "EXCHANGE") return words.get(account ? "story.exchanged_to" : "story.exchanged", { partner, account: account ?? "" });
  return words.get(status === "VOID" && points > 0 ? "story.returned" : `story.${status}`, { partner, points: texts.points(points) });
}

function whenText({ words, texts }: OffersScene, claim: Claim): string {
  const { expiresAt, claimedAt } = claim;
  if (isOpen(claim) && expiresAt) return words.get("until", { date: dayText(expiresAt, texts.locale) });
  return dayText(claimedAt, texts.locale);
}

function linkOf({ words }: OffersScene, { id, offer }: Claim, url: string | null, kind: string): Child {
  const address = safeLink(url ?? undefined);
  return address && element("a", { class: kind, href: address, target: "_blank", rel: "noopener", "data-focus": `go:${id}` }, words.get("go", { partner: offer.partner.name }));
}
