/** A planned absence: days on which nothing is asked for, so that a holiday breaks no streak. */

import { element, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { attempt, drawProblem, wisher, type GameScene } from "./game_scene.ts";
import type { MyStreak } from "./model.ts";
import { sign } from "../symbols.ts";
import type { ListView } from "./views.ts";

/** The fold that the shopper opened, and the days that they chose, outlive a redrawing of the page. */
const drafts = new Map<string, { open: boolean; days: Map<string, HTMLInputElement> }>();

export function drawPause(scene: GameScene, view: ListView, mine: MyStreak): Child {
  const { words, texts, goals } = scene;
  const { streak, pausedFrom, pausedTo } = mine;
  if (pausedFrom && pausedTo) {
    const day = (date: string): string => dayText(`${date}T12:00`, texts.locale);
    return element("p", { class: "kept quiet-days" }, sign("check"), words.get("pause.planned", { from: day(pausedFrom), to: day(pausedTo) }));
  }
  if (mine.quietLeft < 1) return null;
  const { handle } = streak;
  const draft = drafts.get(handle) ?? { open: false, days: new Map<string, HTMLInputElement>() };
  drafts.set(handle, draft);
  const focus = `pause:${handle}`;
  const from = dateField(draft.days, `${focus}:from`, words.get("pause.from"));
  const to = dateField(draft.days, `${focus}:to`, words.get("pause.to"));
  const save = wisher(view, words.get("pause.save"), "pill", focus, () => {
    const [first, last] = [`${focus}:from`, `${focus}:to`].map((name) => draft.days.get(name)?.value);
    if (first && last) void attempt(scene, view, focus, () => goals.pause(handle, first, last), words.get("pause.saved"), `fold:${handle}`);
    else {
      Object.assign(view, { asked: focus, problem: words.get("pause.choose") });
      scene.redraw();
    }
  });
  const summary = element("summary", { "data-focus": `fold:${handle}` }, words.get("pause.title"), sign("forward"));
  const fields = element("div", { class: "fields" }, from, to, save);
  const fold = element("details", { open: draft.open, class: "pause" }, summary, element("p", { class: "small-print" }, words.get("pause.about")), fields, drawProblem(view, focus));
  fold.addEventListener("toggle", () => (draft.open = fold.open));
  return fold;
}

/** The same field comes back when the page is drawn anew, with a day that is only half typed. */
function dateField(days: Map<string, HTMLInputElement>, name: string, label: string): HTMLElement {
  const input = days.get(name) ?? element("input", { type: "date", "data-focus": name });
  days.set(name, input);
  return element("label", { class: "field" }, element("span", {}, label), input);
}
