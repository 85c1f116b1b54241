/** One membership: what is going on with it, what it gave, and the ways to pause it, to end it and to take that back. */

import { element, safeLink, type Child } from "./elements.ts";
import { dayText, moneyText } from "./formats.ts";
import { shopLink } from "./links.ts";
import { choose, otherPlans } from "./membership_change.ts";
import { drawQuestion, send } from "./membership_questions.ts";
import { wishKey, type MembershipView } from "./navigation.ts";
import { button, facts, heading, page, section } from "./panel_page.ts";
import { drawJoining, drawPass } from "./plan_page.ts";
import { drawMine, drawPrivileges } from "./privileges.ts";
import type { Scene } from "./scene.ts";
import { drawNotice, drawState, priceText, savedText } from "./standing_cards.ts";
import type { Membership } from "./standing_model.ts";
import { sign } from "./symbols.ts";

export function drawMembership(scene: Scene, view: MembershipView): DocumentFragment {
  const { texts, standing } = scene;
  const membership = standing.membership(view.planId);
  const title = heading(scene, texts.get("membership.title"));
  if (!membership) return page(title, [element("p", { class: "empty" }, texts.get("plans.gone"))]);
  const { plan, status, message } = membership;
  const over = status === "ENDED";
  const state = element("div", { class: "pass-foot" }, drawState(texts, membership), element("span", {}, priceText(texts, plan)));
  const pass = drawPass(plan, state);
  if (over) pass.classList.add("over");
  return page(
    title,
    [
      pass,
      status === "PAST_DUE" ? drawPastDue(scene, membership) : message && element("p", { class: "story" }, message),
      drawSaved(scene, membership),
      drawFacts(scene, membership),
      drawGives(scene, membership),
      plan.terms && element("p", { class: "small-print" }, plan.terms),
      !view.asking && drawChanges(scene, membership, view),
    ],
    view.asking ? drawQuestion(scene, membership, view) : drawDeck(scene, membership, view),
  );
}

/** What to do about a payment that failed. */
function drawPastDue({ texts }: Scene, { message, paymentUrl }: Membership): HTMLElement {
  const advice = texts.get(paymentUrl ? "membership.challenged" : "membership.past_due");
  return drawNotice([message, advice].filter(Boolean).join(" "));
}

/** What it was worth this year, with the last things that it gave. */
function drawSaved(scene: Scene, membership: Membership): Child {
  const { texts } = scene;
  const saved = savedText(texts, membership);
  if (!saved) return null;
  const rows = membership.benefits.map(({ title, occurredAt, value, points }) => {
    const worth = Number(value.amount) > 0 ? moneyText(value.amount, value.currencyCode, texts.locale) : texts.points(points);
    const when = element("small", {}, dayText(occurredAt, texts.locale));
    return element("li", {}, element("div", {}, element("span", {}, title), when), element("b", {}, worth));
  });
  return element("div", { class: "savings" }, element("p", {}, sign("check"), saved), rows.length > 0 && element("ul", {}, ...rows));
}

function drawFacts({ texts }: Scene, membership: Membership): HTMLElement {
  const { startedAt, endsAt, nextBillingAt, cancelAt, trialEndsAt, status, entitledUntil } = membership;
  const day = (moment: string | null): string | null => moment && dayText(moment, texts.locale);
  const open = status !== "ENDED" && status !== "PAUSED";
  const billed = open && !cancelAt && nextBillingAt;
  const graceful = open && !billed && entitledUntil !== endsAt && entitledUntil !== cancelAt;
  return facts([
    [texts.get("membership.since"), day(startedAt)],
    [texts.get("membership.trial_until"), status === "TRIALING" ? day(trialEndsAt) : null],
    [texts.get("membership.renews"), billed ? day(nextBillingAt) : null],
    [texts.get("membership.ends"), open && !billed ? day(cancelAt ?? endsAt) : null],
    [texts.get("membership.benefits_until"), graceful ? day(entitledUntil) : null],
  ]);
}

function drawGives(scene: Scene, { plan, entitled }: Membership): Child {
  const gives = entitled ? drawMine(scene, plan.title, plan.benefits) : drawPrivileges(scene, plan.benefits);
  return gives && section(scene.texts.get(entitled ? "membership.gives" : "plans.gives"), gives);
}

/** The quieter ways: extending what was bought once, another plan, pausing, ending. None hides behind another. */
function drawChanges(scene: Scene, membership: Membership, view: MembershipView): Child {
  const { canPause, canCancel, canCancelNow, canChange, way, entitled } = membership;
  const { texts, standing, links } = scene;
  const ask = (asking: "pause" | "cancel" | "change"): void => {
    Object.assign(view, { asking, problem: "", key: wishKey(), askedAt: Date.now() });
    scene.redraw();
    scene.focus("question");
  };
  const product = standing.plan(view.planId)?.products.find(({ url }) => url)?.url;
  const more = way === "PURCHASE" && entitled && shopLink(product, links.cart);
  const extend = more && element("a", { class: "link change", href: more, "data-focus": "extend" }, texts.get("membership.extend"));
  const [other] = canChange ? otherPlans(scene, membership) : [];
  const change = other && button(texts.get("change.offer"), "link change", "change", () => (ask("change"), void choose(scene, view, other.id)));
  const pause = canPause && button(texts.get("membership.pause"), "link change", "pause", () => ask("pause"));
  const cancel = (canCancel || canCancelNow) && button(texts.get("membership.cancel"), "link change", "cancel", () => ask("cancel"));
  return (extend || change || pause || cancel) && element("div", { class: "changes" }, extend, change, pause, cancel);
}

/** The one thing that is most likely wanted now. */
function drawDeck(scene: Scene, membership: Membership, view: MembershipView): Child {
  const { texts, standing } = scene;
  const { status, paymentUrl, canWithdraw, canResume, plan } = membership;
  const payment = status === "PAST_DUE" && safeLink(paymentUrl ?? undefined);
  if (payment) return element("div", { class: "deck" }, element("a", { class: "action main", href: payment, "data-focus": "pay" }, texts.get("membership.pay")));
  if (status === "ENDED") return drawJoining(scene, standing.plan(plan.id) ?? plan, "membership.rejoin");
  if (!canWithdraw && !canResume) return null;
  const words = texts.get(canWithdraw ? "membership.keep" : "membership.resume");
  const act = button(words, "action main", "resume", () => {
    view.key ||= wishKey();
    void send(scene, view, () => standing.resume(view.planId, view.key), canWithdraw ? "membership.kept" : "membership.resumed");
  });
  if (view.busy) act.setAttribute("aria-disabled", "true");
  if (view.busy) act.prepend(element("span", { class: "spinner" }));
  const problem = view.problem && element("p", { class: "problem", role: "alert" }, view.problem);
  return element("div", { class: "deck" }, problem, act);
}
