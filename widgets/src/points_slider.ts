/** How many points the shopper wants to spend: whole steps, by pointer or keyboard, priced by the API as they move. */

import { element } from "./elements.ts";
import { valueText } from "./gives.ts";
import type { RewardView } from "./navigation.ts";
import type { Reward } from "./rewards_model.ts";
import type { Scene } from "./scene.ts";

const SETTLED_MS = 180;

/** `follow` is called whenever the number or its value changes. */
export function drawSlider(scene: Scene, reward: Reward, view: RewardView, follow: () => void): HTMLElement {
  const { texts } = scene;
  const { minimumPoints: minimum, maximumPoints: maximum, step } = reward.quote;
  const [number, value] = [element("span", { class: "figure-number" }), element("output", { for: "points", class: "worth" })];
  const range = element("input", {
    id: "points",
    type: "range",
    min: String(minimum),
    max: String(maximum),
    step: String(step),
    value: String(view.points ?? minimum),
    "data-focus": "points",
    "aria-label": texts.get("rewards.slider"),
    "aria-describedby": "cap",
  });
  const cap = element("p", { class: "cap", id: "cap" });
  const show = (): void => {
    const points = Number(range.value);
    const worth = view.quote.points === points ? valueText(texts, view.quote) : "";
    number.textContent = texts.number(points);
    value.textContent = worth;
    range.setAttribute("aria-valuetext", worth ? texts.get("rewards.slider_value", { points: texts.points(points), value: worth }) : texts.points(points));
    cap.textContent = points === maximum ? (reward.quote.bindingCapMessage ?? "") : "";
    range.style.setProperty("--share", String((points - minimum) / Math.max(maximum - minimum, 1)));
  };
  const price = pricing(scene, reward, view, () => (show(), follow()));
  range.addEventListener("input", () => {
    view.points = Number(range.value);
    show();
    follow();
    price();
  });
  const wanted = view.points;
  view.points = Number(range.value); // what can be chosen may have become less since
  if (view.points !== wanted) price();
  show();
  const unit = element("span", { class: "unit" }, texts.counted("panel.unit", view.points ?? minimum));
  const ends = element("div", { class: "ends-of-range", "aria-hidden": "true" }, element("span", {}, texts.number(minimum)), element("span", {}, texts.number(maximum)));
  return element("div", { class: "slider" }, element("p", { class: "price" }, number, " ", unit, value), range, ends, cap);
}

/** Asks for the price once the number rests; an answer for another number than the newest is no news. */
function pricing({ store }: Scene, reward: Reward, view: RewardView, done: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const points = view.points ?? 0;
      const quote = await store.quote(reward.id, points);
      if (!quote || view.points !== points) return;
      view.quote = quote;
      done();
    }, SETTLED_MS);
  };
}

