/** The module of partners' offers, fetched by the panel: what there is to claim, and what the shopper claimed. */

import type { Stage } from "./game_module.ts";
import styles from "./offers/offers.css";
import { PanelOffers } from "./offers/offers.ts";
import { wordsFor } from "./offers/words.ts";
import type { Offers } from "./offers_module.ts";
import type { Session } from "./session.ts";

export { styles };

export function createOffers(session: Session, stage: Stage): Offers {
  return new PanelOffers(session, stage, wordsFor(stage.texts.locale));
}
