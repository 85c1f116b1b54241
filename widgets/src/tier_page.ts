/** The shopper's tier: since when and until when, the way to the next, what keeps this one, what each of them gives. */

import { element, type Child } from "./elements.ts";
import { dayText, moneyText } from "./formats.ts";
import { button, heading, page, section } from "./panel_page.ts";
import { drawMine, drawPrivileges } from "./privileges.ts";
import type { Scene } from "./scene.ts";
import { drawNotice } from "./standing_cards.ts";
import type { Drop, Match, Measure, MyTier, NextTier } from "./standing_model.ts";
import type { Texts } from "./texts.ts";
import { tinted } from "./tier_colors.ts";
import { drawLadder } from "./tier_ladder.ts";
import { drawRing, percentOf } from "./tier_ring.ts";

export function drawTier(scene: Scene): DocumentFragment {
  const { texts, standing } = scene;
  const tier = standing.answer?.me?.tier;
  const levels = element("div", {}, drawLadder(scene), drawTerms(scene));
  if (!tier) return page(heading(scene, texts.get("tier.levels")), [element("div", { class: "ladder-alone" }, levels), drawInvitation(scene)]);
  return page(heading(scene, texts.get("tier.title")), [
    drawBadge(scene, tier),
    drawRisk(texts, tier),
    tier.next && drawNext(scene, tier.next),
    drawStay(texts, tier),
    drawAhead(texts, tier),
    drawGives(scene, tier),
    tier.next && tier.next.perks.length > 0 && section(texts.get("tier.adds", { tier: tier.next.name }), drawPrivileges(scene, tier.next.perks)),
    section(texts.get("tier.levels"), levels),
  ]);
}

function drawBadge({ texts }: Scene, tier: MyTier): HTMLElement {
  const { name, next, since, validUntil, overridden, description } = tier;
  const day = (moment: string): string => dayText(moment, texts.locale);
  const facts = [texts.get("tier.since", { date: day(since) }), validUntil && texts.get("tier.until", { date: day(validUntil) })];
  const badge = element(
    "div",
    { class: "badge" },
    drawRing("page", next && percentOf(next.progress, next.match)),
    element("h3", { tabindex: "-1", "data-focus": "heading" }, name),
    element("p", { class: "dates" }, facts.filter(Boolean).join(" \u00b7 ")),
    overridden && element("p", { class: "dates" }, texts.get("tier.overridden")),
    !next && element("p", {}, texts.get("tier.top")),
    description && element("p", {}, description),
  );
  return tinted(badge, tier.color);
}

function drawRisk(texts: Texts, { atRisk, graceUntil, validUntil, name, stay }: MyTier): Child {
  const until = graceUntil ?? validUntil;
  if (!atRisk || !until) return null;
  const words = texts.get("tier.at_risk", { tier: name, date: dayText(until, texts.locale) });
  return drawNotice(words, stay && !stay.met && ` ${stay.message}`);
}

function drawNext(scene: Scene, next: NextTier): HTMLElement {
  const { texts } = scene;
  const way = element("div", {}, element("p", { class: "way-words" }, next.message), drawMeasures(texts, next.progress, next.match));
  return tinted(section(texts.get("tier.next", { tier: next.name }), way), next.color);
}

function drawStay(texts: Texts, { stay, name, color }: MyTier): Child {
  if (!stay) return null;
  const words = element("p", { class: "way-words" }, stay.message);
  const measures = !stay.met && drawMeasures(texts, stay.progress, stay.match);
  return tinted(section(texts.get("tier.stay", { tier: name }), element("div", {}, words, measures)), color);
}

/** A bar for each thing that is asked for. Where any one is enough, that is said. */
function drawMeasures(texts: Texts, progress: readonly Measure[], match: Match): HTMLElement {
  const rows = progress.map(({ metric, percent, text, missing }) => {
    const name = texts.get(`metric.${metric}`);
    const done = Number(missing) <= 0;
    const value = element("span", {}, done && `${texts.get("tier.reached")} \u00b7 `, text);
    return element(
      "li",
      { class: done ? "measure done" : "measure" },
      element("strong", {}, name),
      value,
      element("progress", { max: "100", value: String(percent), "aria-label": `${name}: ${text}` }),
    );
  });
  const list = element("ul", { class: "measures" }, ...rows);
  const any = match === "ANY" && progress.length > 1;
  return element("div", {}, any && element("p", { class: "any" }, texts.get("tier.any")), list);
}

/** The tier that the shopper will have if they do nothing, and what will no longer count by then. */
function drawAhead(texts: Texts, { projected }: MyTier): Child {
  if (!projected) return null;
  const rows = projected.dropping.map((drop) =>
    element("li", {}, element("span", {}, dayText(`${drop.date}T12:00`, texts.locale)), element("bdi", {}, `\u2212${amountText(texts, drop)}`)),
  );
  const dropping = rows.length > 0 && element("div", { class: "dropping" }, element("p", {}, texts.get("tier.dropping")), element("ul", {}, ...rows));
  return section(texts.get("tier.ahead"), element("div", {}, element("p", { class: "way-words" }, projected.message), dropping));
}

function amountText(texts: Texts, { metric, amount, currencyCode }: Drop): string {
  if (currencyCode) return moneyText(amount, currencyCode, texts.locale);
  if (metric === "POINTS") return texts.points(Number(amount));
  return `${texts.number(Number(amount))} (${texts.get(`metric.${metric}`)})`;
}

function drawGives(scene: Scene, { name, handle }: MyTier): Child {
  const tiers = scene.standing.answer?.program?.tiers ?? [];
  const gives = drawMine(scene, name, tiers.find((tier) => tier.handle === handle)?.perks ?? []);
  return gives && section(scene.texts.get("tier.gives", { tier: name }), gives);
}

/** What counts and for how long, in the API's sentences. */
function drawTerms({ standing }: Scene): Child {
  const terms = standing.answer?.program?.tierTerms ?? [];
  return terms.length > 0 && element("p", { class: "small-print" }, terms.join(" "));
}

/** Who is no member yet is told how to become one. */
function drawInvitation({ texts, links, answer, back }: Scene): Child {
  if (answer?.me) return null;
  const join = links.join && element("a", { class: "pill invitation", href: links.join, "data-focus": "join" }, texts.get("panel.join"));
  return join ?? button(texts.get("panel.back"), "link", "home", back);
}
