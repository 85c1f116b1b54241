/** The one question before a membership is changed, paused or ended: what will happen and when, said before it does. */

import type { Settled } from "./answer_store.ts";
import { element, type Child } from "./elements.ts";
import { dayText, moneyText } from "./formats.ts";
import { tail } from "./intents.ts";
import { drawPlanChoice } from "./membership_change.ts";
import { drawOption } from "./membership_options.ts";
import { membershipView, wishKey, type MembershipView } from "./navigation.ts";
import { button } from "./panel_page.ts";
import type { Scene } from "./scene.ts";
import type { Membership } from "./standing_model.ts";
import type { When } from "./standing_store.ts";
import { sign } from "./symbols.ts";

const MONTHS = [1, 2, 3] as const;
const CHOICES = { cancel: drawEnds, pause: drawMonths, change: drawPlanChoice } as const;

export function drawQuestion(scene: Scene, membership: Membership, view: MembershipView): HTMLElement {
  const { texts } = scene;
  const { asking } = view;
  const { title } = membership.plan;
  const question = element("p", { id: "question", tabindex: "-1", "data-focus": "question" }, texts.get(`membership.${asking}_question`, { plan: title }));
  const yes = button(texts.get(`membership.${asking}_yes`), "action main", "yes", () => void act(scene, membership, view));
  if (view.busy || (asking === "change" && !view.quote)) yes.setAttribute("aria-disabled", "true");
  if (view.busy) yes.prepend(element("span", { class: "spinner" }));
  const keep = button(texts.get("membership.no"), "action outlined", "keep", () => {
    Object.assign(view, { asking: "", problem: "" });
    scene.redraw();
    scene.focus(asking || "heading");
  });
  const problem = view.problem && element("p", { class: "problem", role: "alert" }, sign("cross"), view.problem);
  const choice = CHOICES[asking || "cancel"](scene, membership, view);
  return element("div", { class: "deck", role: "group", "aria-labelledby": "question" }, question, choice, problem, element("div", { class: "choices" }, keep, yes));
}

/** Sends a wish, and says what came of it. */
export async function send(scene: Scene, view: MembershipView, wish: () => Promise<Settled>, done: string): Promise<void> {
  const { texts } = scene;
  if (view.busy) return;
  Object.assign(view, { busy: true, problem: "" });
  scene.redraw();
  const { problem, answered } = await wish();
  view.busy = false;
  if (!answered) view.problem = texts.get("membership.unanswered");
  else {
    view.key = "";
    view.problem = problem ?? "";
  }
  if (!view.problem) {
    view.asking = "";
    scene.announce(texts.get(done));
  }
  scene.redraw();
  if (!view.problem && scene.navigation.view === view) scene.focus("heading");
}

/** The key names the whole wish: another choice is another one. */
async function act(scene: Scene, membership: Membership, view: MembershipView): Promise<void> {
  const { standing } = scene;
  view.key ||= wishKey();
  const { planId, toPlanId, key, months, asking } = view;
  if (asking === "pause") {
    const until = inMonths(months, new Date(view.askedAt)).toISOString();
    return send(scene, view, () => standing.pause(planId, until, `${key}-${months}`), "membership.paused");
  }
  if (asking === "change") {
    const when = view.quote?.when;
    if (!when) return;
    const name = `${key}-${tail(toPlanId)}-${when}`;
    await send(scene, view, () => standing.change(planId, toPlanId, when, name), when === "NOW" ? "change.done" : "change.planned");
    if (!view.asking && standing.membership(toPlanId)?.entitled && scene.navigation.view === view) scene.show(membershipView(toPlanId));
    return;
  }
  const when = choices(membership).includes(view.when) ? view.when : (choices(membership)[0] ?? "AT_END");
  await send(scene, view, () => standing.cancel(planId, when, `${key}-${when}`), when === "NOW" ? "membership.canceled" : "membership.will_end");
}

/** What a cancellation can be: the gentler way first. */
function choices({ canCancel, canCancelNow }: Membership): readonly When[] {
  return (["AT_END", "NOW"] as const).filter((when) => (when === "NOW" ? canCancelNow : canCancel));
}

function drawEnds(scene: Scene, membership: Membership, view: MembershipView): Child {
  const options = choices(membership);
  if (!options.includes(view.when)) view.when = options[0] ?? "AT_END";
  const [only] = options;
  if (options.length === 1 && only) return element("p", { class: "consequence" }, consequence(scene, membership, only));
  const rows = options.map((when) => {
    const name = element("strong", {}, scene.texts.get(`membership.${when}`));
    const words = element("span", {}, name, element("small", {}, consequence(scene, membership, when)));
    return drawOption(when, view.when === when, words, () => (view.when = when));
  });
  return element("div", { class: "options", role: "radiogroup", "aria-labelledby": "question" }, ...rows);
}

function consequence({ texts }: Scene, { endsAt, entitledUntil, refundIfCanceled }: Membership, when: When): string {
  const end = endsAt ?? entitledUntil;
  if (when === "AT_END") return texts.get("membership.at_end_means", { date: end ? dayText(end, texts.locale) : "" });
  const back = refundIfCanceled && moneyText(refundIfCanceled.amount, refundIfCanceled.currencyCode, texts.locale);
  return back ? texts.get("membership.now_means_refund", { amount: back }) : texts.get("membership.now_means");
}

function drawMonths({ texts }: Scene, _membership: Membership, view: MembershipView): HTMLElement {
  const rows = MONTHS.map((months) => {
    const until = texts.get("membership.until", { date: dayText(inMonths(months, new Date(view.askedAt)).toISOString(), texts.locale) });
    const words = element("span", {}, element("strong", {}, texts.counted("membership.months", months)), element("small", {}, until));
    return drawOption(String(months), view.months === months, words, () => (view.months = months));
  });
  return element("div", { class: "options", role: "radiogroup", "aria-labelledby": "question" }, ...rows);
}

/** So many months from now; from the 31st on the last day of a shorter month. */
export function inMonths(months: number, now: Date): Date {
  const then = new Date(now);
  then.setMonth(now.getMonth() + months);
  if (then.getDate() !== now.getDate()) then.setDate(0);
  return then;
}
