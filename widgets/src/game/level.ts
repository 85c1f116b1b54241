/** The level of the shopper as a mark: a hexagon with its number, filled as far as the next one is near. */

import { element } from "../elements.ts";
import type { GameScene } from "./game_scene.ts";
import type { MyLevel } from "./model.ts";

export function levelMark({ words }: GameScene, { level }: MyLevel): HTMLElement {
  return element("span", { class: "level-mark", "aria-label": words.get("level.number", { level: words.number(level) }), role: "img" }, words.number(level));
}
