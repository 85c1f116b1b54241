/** What everything that is drawn in the panel may know and do. */

import type { Game } from "./game_module.ts";
import type { Answer } from "./model.ts";
import type { Navigation, View } from "./navigation.ts";
import type { Offers } from "./offers_module.ts";
import type { RewardStore } from "./rewards_store.ts";
import type { StandingPages } from "./standing_pages.ts";
import type { StandingStore } from "./standing_store.ts";
import type { Texts } from "./texts.ts";

export interface Scene {
  readonly answer: Answer | null;
  readonly store: RewardStore;
  readonly standing: StandingStore;
  readonly pages: StandingPages;
  /** Undefined until its module came, null where it cannot be had. */
  readonly game: Game | null | undefined;
  /** The same for the offers of partners. */
  readonly offers: Offers | null | undefined;
  readonly navigation: Navigation;
  readonly texts: Texts;
  /** The shopper's first name, when the shop told it. */
  readonly name: string | undefined;
  readonly links: { readonly signIn: string | undefined; readonly join: string | undefined; readonly cart: string | undefined };
  /** One step deeper. */
  go(view: View): void;
  /** Another view in the place of this one. */
  show(view: View): void;
  back(): void;
  redraw(): void;
  /** Moves the focus to what carries this `data-focus`. */
  focus(name: string): void;
  /** What is on the page under this `data-focus` or id. */
  part(name: string): HTMLElement | null;
  /** A handful of leaves for something that went well. */
  cheer(): void;
  /** Says something to who listens instead of looking. */
  announce(words: string): void;
  retry(): void;
  close(): void;
}
