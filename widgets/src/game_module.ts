/** Badges, challenges, streaks, levels and boards come in a module of their own, fetched when the panel is first opened. */

import { element, type Child } from "./elements.ts";
import type { GameView } from "./navigation.ts";
import type { Scene } from "./scene.ts";
import type { Session } from "./session.ts";

/** What the game may do outside its own pages. */
export type Stage = Pick<Scene, "announce" | "cheer" | "redraw" | "texts">;

export interface Game {
  /** Its part of the first page; nothing where the program has no game. */
  drawHome(scene: Scene): Child;
  drawPage(scene: Scene, view: GameView): DocumentFragment;
  refresh(): Promise<void>;
}

/** What the module `laurel-game.js` offers. */
export interface GameModule {
  readonly styles: string;
  createGame(session: Session, stage: Stage): Game;
}

export function fetchGame(address: string | undefined): Promise<GameModule | null> {
  return address ? import(new URL(address, location.href).href).catch(() => null) : Promise.resolve(null);
}

export function drawGame(scene: Scene): Child {
  return scene.game === undefined ? element("div", { class: "bone tiles" }) : scene.game?.drawHome(scene);
}
