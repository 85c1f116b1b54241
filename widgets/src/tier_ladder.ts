/** All tiers, lowest first, each with what it asks for and what it gives; the shopper's own is marked. */

import { element } from "./elements.ts";
import { drawPrivileges } from "./privileges.ts";
import type { Scene } from "./scene.ts";
import type { Tier } from "./standing_model.ts";
import { sign } from "./symbols.ts";
import { tinted } from "./tier_colors.ts";
import { medal } from "./tier_ring.ts";

/** The tiers that the shopper unfolded: they stay so when the page is drawn anew. */
const unfolded = new Set<string>();

export function drawLadder(scene: Scene): HTMLElement {
  const { answer } = scene.standing;
  const tiers = answer?.program?.tiers ?? [];
  const here = tiers.findIndex(({ handle }) => handle === answer?.me?.tier?.handle);
  return element("ol", { class: "ladder" }, ...tiers.map((tier, place) => drawStep(scene, tier, place, here)));
}

function drawStep(scene: Scene, tier: Tier, place: number, here: number): HTMLElement {
  const { texts } = scene;
  const kind = place === here ? "step here" : place < here ? "step passed" : "step";
  const mark = place === here && element("span", { class: "status" }, texts.get("tier.here"));
  const asks = tier.requirementText || texts.get("tier.for_all");
  const gift = tier.entryPoints > 0 && element("small", {}, texts.get("tier.entry", { points: texts.points(tier.entryPoints) }));
  const keeps = tier.retainText && element("small", {}, texts.get("tier.retain", { what: tier.retainText }));
  const step = element(
    "li",
    place === here ? { class: kind, "aria-current": "step" } : { class: kind },
    medal(place <= here ? "medal" : "medal ahead"),
    element("div", {}, element("strong", {}, tier.name, " ", mark), element("small", {}, asks), keeps, gift, drawFold(scene, tier)),
  );
  return tinted(step, tier.color);
}

function drawFold(scene: Scene, tier: Tier): HTMLElement | false {
  const perks = drawPrivileges(scene, tier.perks);
  if (!perks) return false;
  const { texts } = scene;
  const words = texts.counted("tier.perks", tier.perks.length);
  const summary = element("summary", { "data-focus": `fold:${tier.handle}`, "aria-label": `${tier.name}: ${words}` }, words, sign("forward"));
  const fold = element("details", { open: unfolded.has(tier.handle) }, summary, perks);
  fold.addEventListener("toggle", () => (fold.open ? unfolded.add(tier.handle) : unfolded.delete(tier.handle)));
  return fold;
}
