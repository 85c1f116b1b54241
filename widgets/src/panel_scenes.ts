/** What the panel shows to who is no member yet, while it waits for an answer, and when there is none. */

import { element } from "./elements.ts";
import { drawGame } from "./game_module.ts";
import { laurel } from "./icons.ts";
import { drawOffers } from "./offers_module.ts";
import { button, hero, page, section } from "./panel_page.ts";
import { drawRewards } from "./reward_cards.ts";
import type { Scene } from "./scene.ts";
import { drawStanding } from "./standing_cards.ts";
import { drawWays, joiningPoints } from "./ways.ts";

export function drawGuest(scene: Scene): DocumentFragment {
  const { texts, links, answer, store } = scene;
  const welcome = joiningPoints(answer?.program);
  const program = answer?.program?.name ?? texts.get("launcher.label");
  const offer = welcome
    ? texts.get("panel.invite_points", { points: texts.points(welcome) })
    : texts.get("panel.invite");
  const actions = element(
    "div",
    { class: "actions" },
    links.join && element("a", { class: "action", href: links.join, "data-focus": "join" }, texts.get("panel.join")),
    links.signIn &&
      element("a", { class: "action second", href: links.signIn, "data-focus": "sign-in" }, texts.get("panel.sign_in")),
  );
  const steps = [1, 2, 3].map((step) => element("li", {}, texts.get(`panel.step_${step}`)));
  const invitation = hero(
    scene,
    element("p", { class: "headline" }, texts.get("panel.invite_title", { program })),
    element("p", { class: "offer" }, offer),
    actions,
  );
  return page(invitation, [
    section(texts.get("panel.earn"), drawWays(answer?.program)),
    drawStanding(scene),
    drawGame(scene),
    store.answer?.rewards.nodes.length ? drawRewards(scene) : null,
    drawOffers(scene),
    section(texts.get("panel.how"), element("ol", { class: "steps" }, ...steps)),
  ]);
}

export function drawLoading(scene: Scene): DocumentFragment {
  const bar = (kind: string): HTMLElement => element("div", { class: `bone ${kind}` });
  const bones = element("div", { class: "bones" }, bar("tiles"), bar("row"), bar("row"), bar("row"));
  const wait = element("p", { class: "quiet", role: "status" }, scene.texts.get("panel.loading"));
  return page(hero(scene, bar("line"), bar("figure")), [bones, wait]);
}

export function drawError(scene: Scene): DocumentFragment {
  const { texts } = scene;
  const retry = button(texts.get("panel.retry"), "action", "retry", () => scene.retry());
  const words = element("p", { role: "alert" }, texts.get("panel.error"));
  return page(hero(scene), [element("div", { class: "trouble" }, laurel(), words, retry)]);
}
