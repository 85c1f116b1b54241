/** Offers of partners come in a module of their own, fetched when the panel is first opened. */

import { element, type Child } from "./elements.ts";
import type { OffersView } from "./navigation.ts";
import type { Scene } from "./scene.ts";
import type { Session } from "./session.ts";
import type { Stage } from "./game_module.ts";

export interface Offers {
  /** Its part of the first page; nothing where the program has no offers and the shopper claimed none. */
  drawHome(scene: Scene): Child;
  drawPage(scene: Scene, view: OffersView): DocumentFragment;
  refresh(): Promise<void>;
}

/** What the module `laurel-offers.js` offers. */
export interface OffersModule {
  readonly styles: string;
  createOffers(session: Session, stage: Stage): Offers;
}

export function fetchOffers(address: string | undefined): Promise<OffersModule | null> {
  return address ? import(new URL(address, location.href).href).catch(() => null) : Promise.resolve(null);
}

export function drawOffers(scene: Scene): Child {
  return scene.offers === undefined ? element("div", { class: "bone tiles" }) : scene.offers?.drawHome(scene);
}
