/** A planned absence: days on which nothing is asked for, so that a holiday breaks no streak. */

import { element, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { attempt, drawProblem, wisher, type GameScene } from "./game_scene.ts";
import type { MyStreak } from "./model.ts";
import { sign } from "../symbols.ts";
import type { ListView } from "./views.ts";

/** The fold that the shopper opened, and the days that they chose, outlive a redrawing of the page. */
const drafts = new Map<string, { open: boolean; from: string; to: string }>();

export function drawPause(scene: GameScene, view: ListView, mine: MyStreak): Child {
  const { words, texts, goals } = scene;
  const { streak, pausedFrom, pausedTo } = mine;
  if (pausedFrom && pausedTo) {
    const day = (date: string): string => dayText(`${date}T12:00`, texts.locale);
    return element("p", { class: "kept quiet-days" }, sign("check"), words.get("pause.planned", { from: day(pausedFrom), to: day(pausedTo) }));
  }
  if (mine.quietLeft < 1) return null;
  const { handle } = streak;
  const draft = drafts.get(handle) ?? { open: false, from: "", to: "" };
  drafts.set(handle, draft);
  const focus = `pause:${handle}`;
  const from = dateField(words.get("pause.from"), `${focus}:from`, draft.from, (value) => (draft.from = value));
  const to = dateField(words.get("pause.to"), `${focus}:to`, draft.to, (value) => (draft.to = value));
  const save = wisher(view, words.get("pause.save"), "pill", focus, () => {
    if (draft.from && draft.to) void attempt(scene, view, focus, () => goals.pause(handle, draft.from, draft.to), words.get("pause.saved"), `fold:${handle}`);
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

function dateField(label: string, focus: string, value: string, keep: (value: string) => void): HTMLElement {
  const input = element("input", { type: "date", value, "data-focus": focus });
  input.addEventListener("change", () => keep(input.value));
  return element("label", { class: "field" }, element("span", {}, label), input);
}
