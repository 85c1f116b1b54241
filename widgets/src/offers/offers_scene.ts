/** What everything that is drawn about offers may know and do, and what several of its pages share. */

import { element, icon, safeLink, type Child } from "../elements.ts";
import type { Scene } from "../scene.ts";
import type { Texts } from "../texts.ts";
import type { OfferKind } from "./model.ts";
import type { OfferStore } from "./store.ts";

export interface OffersScene extends Scene {
  /** The texts about offers; `texts` are the panel's. */
  readonly words: Texts;
  readonly deals: OfferStore;
}

const PICTURES: Readonly<Record<OfferKind, readonly string[]>> = {
  CODE: ["M3.5 6.5h17V10a2 2 0 0 0 0 4v3.5h-17V14a2 2 0 0 0 0-4z", "M14 8.5v1.4M14 11.3v1.4M14 14.1v1.4"],
  LINK: ["M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1", "M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1"],
  ACCRUAL: ["M3 6h18v12.5H3z", "M3 10h18", "M6.5 15h3.5"],
  REDEMPTION: ["M4.5 11.5h15v9h-15z", "M3 7.5h18v4H3z", "M12 7.5v13", "M12 7.5C8.5 7.5 7 6.4 7 5a1.9 1.9 0 0 1 1.9-1.9C10.6 3.1 12 5 12 7.5zm0 0c3.5 0 5-1.1 5-2.5a1.9 1.9 0 0 0-1.9-1.9C13.4 3.1 12 5 12 7.5z"],
  EXCHANGE: ["M4 8.5h15l-4-4", "M20 15.5H5l4 4"],
};

/** The offer's own picture, else that of its kind. It only repeats what stands beside it in words. */
export function tile(kind: OfferKind, artworkUrl: string | null): HTMLElement {
  const drawn = (): SVGSVGElement => icon(...PICTURES[kind]);
  const address = safeLink(artworkUrl ?? undefined);
  const made = element("span", { class: "tile" });
  if (!address) return (made.append(drawn()), made);
  const image = element("img", { src: address, alt: "", width: "40", height: "40", decoding: "async" });
  image.addEventListener("error", () => (made.classList.remove("pictured"), made.replaceChildren(drawn())), { once: true });
  made.classList.add("pictured");
  made.append(image);
  return made;
}

/** The terms, folded up until the shopper wants to read them; they stay as they were when the page is drawn anew. */
export function drawTerms({ words }: OffersScene, terms: string, view: { reading: boolean }): Child {
  if (!terms) return null;
  const fold = element("details", { class: "fold", open: view.reading }, element("summary", { "data-focus": "terms" }, words.get("terms")), element("p", { class: "small-print" }, terms));
  fold.addEventListener("toggle", () => (view.reading = fold.open));
  return fold;
}
