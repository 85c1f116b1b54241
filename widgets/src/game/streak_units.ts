/** The last units of a streak, each with what became of it. */

import { element } from "../elements.ts";
import { dayText } from "../formats.ts";
import type { GameScene } from "./game_scene.ts";
import type { MyStreak } from "./model.ts";
import { unitPicture } from "./pictures.ts";

/** The newest so many units, oldest first. */
export function drawUnits(scene: GameScene, { history, streak }: MyStreak, most: number): HTMLElement {
  const { words, texts } = scene;
  const cells = history.slice(-most).map(({ startsOn, state }) => {
    const day = dayText(`${startsOn}T12:00`, texts.locale);
    const told = `${day}: ${words.get(`unit.${state}`)}`;
    return element("li", { class: `turn turn-${state.toLowerCase()}`, title: told }, unitPicture(state), element("span", { class: "quiet" }, told));
  });
  return element("ol", { class: `turns turns-${streak.unit.toLowerCase()}` }, ...cells);
}
