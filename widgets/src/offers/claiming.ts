/** The shopper wants an offer: asked once more where there are terms or points at stake, sent, and told what came of it. */

import type { Offer } from "./model.ts";
import type { OffersScene } from "./offers_scene.ts";
import { claimKey } from "./store.ts";
import { claimView, type OfferView } from "./views.ts";

export function needsAsking({ terms, price, exchange }: Offer): boolean {
  return terms !== "" || price !== null || exchange !== null;
}

/** Unfolds the terms and asks. */
export function ask(scene: OffersScene, view: OfferView): void {
  Object.assign(view, { asking: true, reading: true, problem: "" });
  scene.redraw();
  unfold(scene);
  scene.focus("yes");
}

/** What the shopper agrees to lies before their eyes when they are asked. */
export function unfold(scene: OffersScene): void {
  scene.part("terms")?.closest(".fold")?.scrollIntoView({ block: "start" });
}

export async function claim(scene: OffersScene, offer: Offer, view: OfferView, account: string | null = null): Promise<void> {
  const { words, deals, navigation, answer } = scene;
  if (view.busy) return;
  Object.assign(view, { busy: true, sent: true, problem: "" });
  scene.announce(words.get("busy"));
  scene.redraw();
  const quoteId = view.quote?.id ?? null;
  const { made, problem, answered } = await deals.take(offer.id, claimKey(answer?.me?.id ?? "", offer, quoteId), quoteId, account);
  view.busy = false;
  // A quote that is refused is of no more use; one whose answer got lost is sent again.
  if (answered && !made && problem?.code !== "ACCOUNT_INVALID") Object.assign(view, { quote: null, asking: false });
  if (!made) view.problem = answered ? problem?.message || words.get("refused") : words.get("unanswered");
  if (navigation.view !== view) return;
  if (made) return scene.show(claimView(made.id, true));
  scene.redraw();
  scene.focus(view.asking ? "yes" : "claim");
}
