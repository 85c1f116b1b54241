/** Seasons of a board that are over, with the place that the shopper had and what they won. */

import { element, type Child } from "../elements.ts";
import { section } from "../panel_page.ts";
import type { Result } from "./board_model.ts";
import type { GameScene } from "./game_scene.ts";

export function drawResults(scene: GameScene, results: readonly Result[]): Child {
  if (results.length === 0) return null;
  return section(scene.words.get("results.title"), element("ul", { class: "results" }, ...results.map((each) => drawResult(scene, each))));
}

function drawResult({ words, texts }: GameScene, result: Result): HTMLElement {
  const { period, rank, scoreText, entries, adjustedScoreText, prizePoints } = result;
  const place = words.get("results.place", { rank: words.number(rank), entries: words.number(entries), score: scoreText });
  const note = adjustedScoreText !== null && element("small", {}, words.get("results.adjusted", { score: adjustedScoreText }));
  const prize = prizePoints > 0 && element("b", {}, `+${texts.points(prizePoints)}`);
  return element("li", {}, element("div", {}, element("strong", {}, period.title), element("small", {}, place), note), prize);
}
