/** Which page the panel shows. */

import { drawHome } from "./panel_home.ts";
import { drawError, drawGuest, drawLoading } from "./panel_scenes.ts";
import { drawAllMine } from "./redemption_list.ts";
import { drawRedemption, tell } from "./redemption_view.ts";
import { drawAllRewards } from "./reward_cards.ts";
import { drawReward, resume } from "./reward_view.ts";
import type { Scene } from "./scene.ts";

export function drawView(scene: Scene, failed: boolean): DocumentFragment {
  const { answer, navigation } = scene;
  const { view } = navigation;
  if (!answer) return failed ? drawError(scene) : drawLoading(scene);
  if (view.name === "tier" || view.name === "plans" || view.name === "plan" || view.name === "membership") return scene.pages.draw(scene, view);
  if (view.name === "game" && scene.game) return scene.game.drawPage(scene, view);
  if (view.name === "offers" && scene.offers) return scene.offers.drawPage(scene, view);
  if (!answer.me) return drawGuest(scene);
  switch (view.name) {
    case "reward":
      return drawReward(scene, view);
    case "redemption":
      return drawRedemption(scene, view);
    case "rewards":
      return drawAllRewards(scene);
    case "redemptions":
      return drawAllMine(scene);
    default:
      return drawHome(scene, answer.me);
  }
}

/** What a page does by itself once there is something new on it. */
export function followUp(scene: Scene): void {
  const { view } = scene.navigation;
  if (view.name === "redemption") tell(scene, view);
  if (view.name === "reward") resume(scene, view);
}
