/** A member's first page: what they have, what it can become, what they got for it, and why it changed. */

import { drawBirthday } from "./birthday.ts";
import { element, type Child } from "./elements.ts";
import { drawEntries } from "./entries.ts";
import { drawExpiring } from "./expiring.ts";
import { drawGame } from "./game_module.ts";
import type { Member } from "./model.ts";
import { drawOffers } from "./offers_module.ts";
import { hero, page, section } from "./panel_page.ts";
import { drawMine, isOpen } from "./redemption_list.ts";
import { drawRewards } from "./reward_cards.ts";
import type { Scene } from "./scene.ts";
import { drawStanding } from "./standing_cards.ts";
import { drawWays } from "./ways.ts";

export function drawHome(scene: Scene, member: Member): DocumentFragment {
  const { texts, answer, store } = scene;
  const mine = drawMine(scene);
  const open = store.redemptions.some(isOpen);
  return page(drawHead(scene, member), [
    drawStanding(scene),
    drawGame(scene),
    open && mine,
    drawRewards(scene),
    !open && mine,
    drawOffers(scene),
    drawExpiring(texts, store.answer?.me?.expiringNext ?? []),
    section(texts.get("panel.earn"), drawWays(answer?.program)),
    drawBirthday(scene),
    section(texts.get("panel.activity"), drawEntries(texts, member.transactions.nodes)),
  ]);
}

function drawHead(scene: Scene, member: Member): HTMLElement {
  const { texts, name } = scene;
  const { available, pending } = member.balance;
  const balance = element(
    "p",
    { class: "balance" },
    element("span", { class: "number", "aria-hidden": "true" }, texts.number(available)),
    element("span", { class: "unit", "aria-hidden": "true" }, texts.counted("panel.unit", available)),
    element("span", { class: "quiet" }, texts.points(available)),
  );
  const greeting = name ? texts.get("panel.greeting", { name }) : texts.get("panel.balance");
  const waiting: Child =
    pending > 0 && element("ul", { class: "facts" }, element("li", {}, texts.get("panel.pending", { points: texts.points(pending) })));
  return hero(scene, element("p", { class: "greeting" }, greeting), balance, waiting);
}
