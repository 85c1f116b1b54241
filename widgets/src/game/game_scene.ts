/** What everything that is drawn in the game may know and do. */

import type { Settled } from "../answer_store.ts";
import { element, safeLink, type Child } from "../elements.ts";
import { laurel } from "../icons.ts";
import type { LiveStore } from "../live_store.ts";
import { button, heading, page } from "../panel_page.ts";
import type { GameView } from "../navigation.ts";
import type { Scene } from "../scene.ts";
import type { Texts } from "../texts.ts";
import { sign } from "../symbols.ts";
import type { BoardStore, FriendStore, LeagueStore } from "./board_stores.ts";
import type { News } from "./news.ts";
import type { GameStore } from "./store.ts";
import type { Asking } from "./views.ts";

export interface GameScene extends Scene {
  /** The texts of the game; `texts` are the panel's. */
  readonly words: Texts;
  readonly goals: GameStore;
  readonly friends: FriendStore;
  /** What was reached while the panel was open, or just before. */
  readonly news: readonly News[];
  board(handle: string): BoardStore;
  league(handle: string): LeagueStore;
  forget(news: News): void;
}

/** Sends a wish, and says what came of it; `then` is the `data-focus` of what takes the place of its button. */
export async function attempt(scene: GameScene, view: Asking & GameView, asked: string, wish: () => Promise<Settled>, done: string, then = "heading"): Promise<boolean> {
  if (view.busy) return false;
  Object.assign(view, { asked, busy: true, problem: "" });
  scene.redraw();
  const { problem, answered } = await wish();
  Object.assign(view, { busy: false, problem: answered ? (problem ?? "") : scene.words.get("unanswered") });
  if (!view.problem) scene.announce(done);
  scene.redraw();
  if (!view.problem && scene.navigation.view === view) scene.focus(then);
  return !view.problem;
}

/** A button for a wish: while that is on its way it says so, and below it stands why it was refused. */
export function wisher(view: Asking, words: string, kind: string, focus: string, act: () => void): HTMLElement {
  const made = button(words, kind, focus, act);
  const mine = view.asked === focus;
  if (view.busy) made.setAttribute("aria-disabled", "true");
  if (view.busy && mine) made.prepend(element("span", { class: "spinner" }));
  return made;
}

/** Why a wish was refused, beside the button that it was made with. */
export function drawProblem(view: Asking, focus: string): Child {
  return view.asked === focus && view.problem && element("p", { class: "problem", role: "alert" }, sign("cross"), view.problem);
}

/** A page while its answer is on its way, or where none came. */
export function drawWaiting(scene: GameScene, title: string, store: LiveStore<unknown>): DocumentFragment {
  const head = heading(scene, title);
  const bones = ["tiles", "row", "row"].map((kind) => element("div", { class: `bone ${kind}` }));
  if (!store.failed) return page(head, [element("div", { class: "bones" }, ...bones)]);
  const retry = button(scene.texts.get("panel.retry"), "action", "retry", () => void store.refresh());
  const words = element("p", { role: "alert" }, scene.words.get("error"));
  return page(head, [element("div", { class: "trouble" }, laurel(), words, retry)]);
}

/** A picture that the program names. It only repeats what stands beside it in words. */
export function picture(address: string, size: number): HTMLElement {
  const frame = element("span", { class: "art" });
  const image = element("img", { src: safeLink(address), alt: "", width: String(size), height: String(size), decoding: "async" });
  image.addEventListener("error", () => frame.replaceChildren(laurel()), { once: true });
  frame.append(image.src ? image : laurel());
  frame.style.setProperty("--size", `${size}px`);
  return frame;
}

/** A bar that says what stands beside it. */
export function drawBar(name: string, text: string, value: number, most = 100): HTMLElement {
  return element("progress", { max: String(most), value: String(value), "aria-label": `${name}: ${text}` });
}
