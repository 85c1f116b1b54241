/** Points for the partner's points: how many, for what, promised for a minute, and onto which account. */

import { element, type Child } from "../elements.ts";
import { textField } from "../game/fields.ts";
import { button } from "../panel_page.ts";
import { claim, unfold } from "./claiming.ts";
import type { Exchange, ExchangeQuote, Offer } from "./model.ts";
import { waiting } from "./offer_page.ts";
import type { OffersScene } from "./offers_scene.ts";
import type { OfferView } from "./views.ts";

const ACCOUNT_MAXIMUM = 100;
const DIGITS_MAXIMUM = 12;
const SECOND_MS = 1_000;
const QUOTE_MS = 60_000;

/** Where the shopper says how many points, and which account. */
export function drawExchange(scene: OffersScene, exchange: Exchange, view: OfferView): HTMLElement {
  const { words, texts } = scene;
  const points = textField(view.fields, { name: "points", label: words.get("exchange.points"), most: DIGITS_MAXIMUM, value: String(exchange.minimumPoints) });
  points.querySelector("input")?.setAttribute("inputmode", "numeric");
  const bounds = exchange.maximumPoints === null ? words.get("exchange.least", { points: texts.points(exchange.minimumPoints) }) : words.get("exchange.between", { least: words.number(exchange.minimumPoints), points: texts.points(exchange.maximumPoints) });
  const account = exchange.accountHint && textField(view.fields, { name: "account", label: exchange.accountHint, most: ACCOUNT_MAXIMUM });
  for (const field of view.fields.values()) field.readOnly = view.quote !== null;
  return element("div", { class: "exchange" }, points, element("p", { class: "small-print" }, bounds), account);
}

/** First what it would give, then the question whether the shopper wants that. */
export function drawQuoteDeck(scene: OffersScene, offer: Offer, exchange: Exchange, view: OfferView, problem: Child): readonly Child[] {
  const { words, texts } = scene;
  const { quote } = view;
  if (!quote) return [problem, waiting(scene, view, button(words.get("exchange.ask"), "action main", "claim", () => void quoteIt(scene, offer, view)))];
  const gives = `${words.number(quote.gives)} ${exchange.unitName}`;
  const question = element("p", { id: "question" }, words.get("exchange.question", { points: texts.points(quote.points), gives }));
  const agreed = offer.terms && element("p", { class: "consequence" }, words.get("question.terms"));
  const no = button(words.get("no"), "action outlined", "no", () => drop(scene, view));
  const yes = button(words.get("do.EXCHANGE"), "action main", "yes", () => void claim(scene, offer, view, accountOf(exchange, view)));
  return [question, agreed, drawCountdown(scene, quote, view), problem, element("div", { class: "choices" }, no, waiting(scene, view, yes))];
}

/** The account as it was typed, null where the partner asks for none. */
export function accountOf({ accountHint }: Exchange, view: Pick<OfferView, "fields">): string | null {
  return accountHint ? (view.fields.get("account")?.value.trim() ?? "") : null;
}

/** A whole number as a shopper types one, with or without marks between the thousands; null for anything else. */
export function typedPoints(typed: string): number | null {
  const digits = typed.replace(/[\s.,'\u2019\u00a0\u202f]/g, "");
  return /^[0-9]{1,12}$/.test(digits) ? Number(digits) : null;
}

async function quoteIt(scene: OffersScene, offer: Offer, view: OfferView): Promise<void> {
  const { words, deals, navigation } = scene;
  if (view.busy) return;
  const points = typedPoints(view.fields.get("points")?.value ?? "");
  if (points === null) return refuse(scene, view, words.get("exchange.no_number"));
  if (offer.exchange?.accountHint && !accountOf(offer.exchange, view)) return refuse(scene, view, words.get("exchange.no_account", { account: offer.exchange.accountHint }), "account");
  Object.assign(view, { busy: true, problem: "" });
  scene.redraw();
  const { made, problem, answered } = await deals.quote(offer.id, points);
  Object.assign(view, { busy: false, quote: made, quoteEnds: made ? endOf(made) : 0, reading: view.reading || made !== null });
  if (!made) view.problem = answered ? problem?.message || words.get("refused") : words.get("unanswered");
  if (navigation.view !== view) return;
  scene.redraw();
  if (made) scene.announce(scene.part("question")?.textContent ?? "");
  if (made && offer.terms) unfold(scene);
  scene.focus(made ? "yes" : "claim");
}

/** When the promise ends by this device's clock, which need not be right: a minute is all that it ever is. */
export function endOf({ expiresAt }: ExchangeQuote, now: number = Date.now()): number {
  const left = Date.parse(expiresAt) - now;
  return now + (left > 0 && left <= QUOTE_MS ? left : QUOTE_MS);
}

function refuse(scene: OffersScene, view: OfferView, problem: string, focus = "points"): void {
  view.problem = problem;
  scene.redraw();
  scene.focus(focus);
}

function drop(scene: OffersScene, view: OfferView): void {
  Object.assign(view, { quote: null, problem: "" });
  scene.redraw();
  scene.focus("claim");
}

/** How long the promise still holds; when it is over, the shopper asks again. */
function drawCountdown(scene: OffersScene, quote: ExchangeQuote, view: OfferView): HTMLElement {
  const { words, navigation } = scene;
  const left = (): number => Math.max(0, Math.ceil((view.quoteEnds - Date.now()) / SECOND_MS));
  const made = element("p", { class: "consequence" }, words.counted("exchange.seconds", left()));
  const follow = (): void => {
    setTimeout(() => {
      if (view.quote !== quote) return;
      if (left() > 0 || view.busy) {
        if (made.isConnected) made.textContent = words.counted("exchange.seconds", left());
        if (made.isConnected || view.busy) follow();
        return;
      }
      Object.assign(view, { quote: null, problem: words.get("exchange.over") });
      if (navigation.view === view) scene.redraw();
    }, SECOND_MS);
  };
  follow();
  return made;
}
