/** The module of the pages about tiers and memberships, fetched by the panel when there is something for them. */

import { drawMembership } from "./membership_page.ts";
import membership from "./membership.css";
import { drawPlan, drawPlans } from "./plan_page.ts";
import type { Scene } from "./scene.ts";
import type { OwnView } from "./standing_pages.ts";
import ladder from "./tier_ladder.css";
import tier from "./tier_page.css";
import { drawTier } from "./tier_page.ts";

export const styles = tier + ladder + membership;

export function drawPage(scene: Scene, view: OwnView): DocumentFragment {
  switch (view.name) {
    case "tier":
      return drawTier(scene);
    case "plans":
      return drawPlans(scene);
    case "plan":
      return drawPlan(scene, view);
    case "membership":
      return drawMembership(scene, view);
  }
}
