/** The pages of the game, and what each remembers while it is open. */

import type { GameView } from "../navigation.ts";

/** What is asked of the app on a page, and what came of it. */
export interface Asking {
  /** What is on its way, or was refused: the `data-focus` of its button. */
  asked: string;
  busy: boolean;
  problem: string;
}

/** The badges, or the challenges, or the streaks. */
export interface ListView extends GameView, Asking {
  readonly page: "badges" | "challenges" | "streaks";
}

export interface BadgeView extends GameView {
  readonly page: "badge";
  readonly handle: string;
}

/** A board or a league. What was typed and not sent outlives a redrawing of the page. */
export interface ContestView extends GameView, Asking {
  readonly page: "board" | "league";
  handle: string;
  readonly fields: Map<string, HTMLInputElement | HTMLTextAreaElement>;
}

export interface FriendsView extends GameView, Asking {
  readonly page: "friends";
  readonly fields: Map<string, HTMLInputElement | HTMLTextAreaElement>;
}

export type OwnView = ListView | BadgeView | ContestView | FriendsView;

const CALM = { asked: "", busy: false, problem: "" };

export function listView(page: ListView["page"]): ListView {
  return { name: "game", page, ...CALM };
}

export function badgeView(handle: string): BadgeView {
  return { name: "game", page: "badge", handle };
}

export function contestView(page: ContestView["page"], handle: string): ContestView {
  return { name: "game", page, handle, fields: new Map(), ...CALM };
}

export function friendsView(): FriendsView {
  return { name: "game", page: "friends", fields: new Map(), ...CALM };
}
