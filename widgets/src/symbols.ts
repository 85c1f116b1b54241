/** The panel's drawings: a picture for each kind of reward and of entry, and the signs on its buttons. */

import { icon } from "./elements.ts";
import { laurel } from "./icons.ts";

type Paths = readonly string[];

const BAG: Paths = ["M6 8.5h12l1 12H5z", "M9 11V7.2a3 3 0 0 1 6 0V11"];
const RETURN: Paths = ["M9 14 4.5 9.5 9 5", "M5 9.5h9a5.5 5.5 0 0 1 0 11h-3"];
const HOURGLASS: Paths = ["M7 3.5h10M7 20.5h10", "M8 3.5c0 5 8 5.5 8 8.5s-8 3.5-8 8.5", "M16 3.5c0 5-8 5.5-8 8.5s8 3.5 8 8.5"];
const PENCIL: Paths = ["M5 19l1-4L16.5 4.5 19.5 7.5 9 18z", "M14 7l3 3"];
const TICKET: Paths = ["M3.5 6.5h17V10a2 2 0 0 0 0 4v3.5h-17V14a2 2 0 0 0 0-4z", "M14 8.5v1.4M14 11.3v1.4M14 14.1v1.4"];
const SWAP: Paths = ["M4 8.5h15l-4-4", "M20 15.5H5l4 4"];
const JOIN: Paths = ["M6 3.5v3a6 6 0 0 0 6 6 6 6 0 0 0 6-6v-3", "M12 12.5v8"];
const TAG: Paths = ["M3.5 12.5V5A1.5 1.5 0 0 1 5 3.5h7.5l8 8a1.5 1.5 0 0 1 0 2.1l-6.9 6.9a1.5 1.5 0 0 1-2.1 0z", "M8 8h.01"];
const PERCENT: Paths = ["M6.5 17.5 17.5 6.5", "M7.5 9.8a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z", "M16.5 18.8a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z"];
const TRUCK: Paths = ["M4.4 17H2.5V6.5h11V17H9", "M13.5 10h4l3.5 3.5V17h-1.9M14.4 17h-.9", "M6.7 19.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z", "M16.7 19.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z"];
const GIFT: Paths = ["M4.5 11.5h15v9h-15z", "M3 7.5h18v4H3z", "M12 7.5v13", "M12 7.5C8.5 7.5 7 6.4 7 5a1.9 1.9 0 0 1 1.9-1.9C10.6 3.1 12 5 12 7.5zm0 0c3.5 0 5-1.1 5-2.5a1.9 1.9 0 0 0-1.9-1.9C13.4 3.1 12 5 12 7.5z"];
const WALLET: Paths = ["M5 4.5h11.5V7.5", "M5 7.5h14A1.5 1.5 0 0 1 20.5 9v9.5A1.5 1.5 0 0 1 19 20H5a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 5 4.5", "M16.5 13.8h.01"];
const CARD: Paths = ["M3 6h18v12.5H3z", "M3 10h18", "M6.5 15h3.5"];
const STAR: Paths = ["M12 3.5l2.4 5.5 6 .5-4.5 4 1.3 5.8L12 16.3l-5.2 3 1.3-5.8-4.5-4 6-.5z"];
const LOCK: Paths = ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"];
const CLOCK: Paths = ["M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z", "M12 7.5V12l3 2"];
const CROSS: Paths = ["M6 6 18 18", "M18 6 6 18"];
const CHECK: Paths = ["M5 12.5l4.5 4.5L19 7.5"];
const COPY: Paths = ["M9 9h10.5v10.5H9z", "M5.5 15h-1V4.5H15v1"];
const CAKE: Paths = ["M4.5 20.5v-7a2 2 0 0 1 2-2h11a2 2 0 0 1 2 2v7", "M3 20.5h18", "M4.5 15.5c2.5 2 5-1.5 7.5 0s5 2 7.5 0", "M12 11.5V8.3", "M12 5.3V3.7"];
const LETTER: Paths = ["M3.5 6h17v12.5h-17z", "M4 6.5l8 6.5 8-6.5"];
const FORWARD: Paths = ["M9.5 5.5 16 12l-6.5 6.5"];
const WARNING: Paths = ["M12 4 21 20H3z", "M12 10.5v4.5", "M12 17.5h.01"];
const SPARK: Paths = ["M12 3.5c.6 4.6 3.4 7.4 8 8-4.6.6-7.4 3.4-8 8-.6-4.6-3.4-7.4-8-8 4.6-.6 7.4-3.4 8-8z"];
const KEY: Paths = ["M8 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z", "M12.5 12h8v3M17 12v2.5", "M8 12h.01"];
const BOOK: Paths = ["M12 6.5C10 5 7 4.5 3.5 5v13c3.5-.5 6.5 0 8.5 1.5 2-1.5 5-2 8.5-1.5V5C17 4.5 14 5 12 6.5z", "M12 6.5v13"];
const BACK: Paths = ["M14.5 5.5 8 12l6.5 6.5"];

const SIGNS = { back: BACK, cake: CAKE, check: CHECK, clock: CLOCK, copy: COPY, cross: CROSS, forward: FORWARD, hourglass: HOURGLASS, lock: LOCK, warning: WARNING } as const;

/** What is drawn for a reward; the kinds that a merchant fulfills by hand share a star. */
const REWARDS: Readonly<Record<string, Paths>> = {
  AMOUNT_OFF: TAG,
  PERCENT_OFF: PERCENT,
  FREE_SHIPPING: TRUCK,
  FREE_PRODUCT: GIFT,
  STORE_CREDIT: WALLET,
  GIFT_CARD: CARD,
};

/** What is drawn for an entry. Points that came without an order, and kinds of later releases, get the laurel. */
const ENTRIES: Readonly<Record<string, Paths>> = {
  EARN: BAG,
  CLAWBACK: RETURN,
  EXPIRE: HOURGLASS,
  ADJUST: PENCIL,
  RESERVE: TICKET,
  CAPTURE: TICKET,
  SPEND: TICKET,
  RELEASE: RETURN,
  RESTORE: RETURN,
  MATURE: CLOCK,
  TRANSFER: SWAP,
  MERGE: JOIN,
  UNMERGE: JOIN,
};

/** What is drawn for a way to earn; joining and what only the shop knows get the laurel. */
const WAYS: Readonly<Record<string, Paths>> = {
  PURCHASE: BAG,
  FULFILLMENT: BAG,
  REVIEW: STAR,
  BIRTHDAY: CAKE,
  NEWSLETTER: LETTER,
};

/** What is drawn for what a tier or a plan does; kinds of later releases get the laurel. */
const PRIVILEGES: Readonly<Record<string, Paths>> = {
  EARN_MULTIPLIER: SPARK,
  PERCENT_CODE: PERCENT,
  FREE_SHIPPING_CODE: TRUCK,
  EARLY_ACCESS: KEY,
  BIRTHDAY_POINTS: CAKE,
  CONTENT: BOOK,
};

export function sign(name: keyof typeof SIGNS): SVGSVGElement {
  const picture = icon(...SIGNS[name]);
  if (name === "back" || name === "forward") picture.classList.add("mirrored");
  return picture;
}

export function rewardPicture(kind: string): SVGSVGElement {
  return icon(...(REWARDS[kind] ?? STAR));
}

export function entryPicture(kind: string): SVGSVGElement {
  return drawn(ENTRIES[kind]);
}

export function wayPicture(kind: string): SVGSVGElement {
  return drawn(WAYS[kind]);
}

export function privilegePicture(kind: string): SVGSVGElement {
  return drawn(PRIVILEGES[kind]);
}

function drawn(paths: Paths | undefined): SVGSVGElement {
  return paths ? icon(...paths) : laurel();
}
