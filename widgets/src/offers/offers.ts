/** Offers of partners in the panel: their answer, and which of their pages is shown. */

import type { Child } from "../elements.ts";
import type { Stage } from "../game_module.ts";
import type { OffersView } from "../navigation.ts";
import type { Offers } from "../offers_module.ts";
import type { Scene } from "../scene.ts";
import type { Session } from "../session.ts";
import type { Texts } from "../texts.ts";
import { drawAll } from "./all_page.ts";
import { drawClaim } from "./claim_page.ts";
import { drawHome } from "./cards.ts";
import { drawOffer, resume } from "./offer_page.ts";
import type { OffersScene } from "./offers_scene.ts";
import { OfferStore } from "./store.ts";
import type { OwnView } from "./views.ts";

export class PanelOffers implements Offers {
  private readonly deals: OfferStore;

  constructor(
    session: Session,
    stage: Stage,
    private readonly words: Texts,
  ) {
    this.deals = new OfferStore(session);
    this.deals.addEventListener("change", () => stage.redraw());
    void this.deals.refresh();
  }

  refresh(): Promise<void> {
    return this.deals.refresh();
  }

  drawHome(scene: Scene): Child {
    return drawHome(this.sceneOf(scene));
  }

  drawPage(scene: Scene, view: OffersView): DocumentFragment {
    const own = view as OwnView;
    const mine = this.sceneOf(scene);
    switch (own.page) {
      case "all":
        return drawAll(mine);
      case "offer":
        queueMicrotask(() => resume(mine, own));
        return drawOffer(mine, own);
      case "claim":
        return drawClaim(mine, own);
    }
  }

  private sceneOf(scene: Scene): OffersScene {
    return { ...scene, words: this.words, deals: this.deals };
  }
}
