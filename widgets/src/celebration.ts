/** Points arrived: the number counts up, the new entry lights up, leaves drift away. All of it still for who asks so. */

import { element, icon, prefersStillness } from "./elements.ts";

const LEAF = "M3 12C7 4 17 4 21 12C17 20 7 20 3 12Z";
const LEAVES = 14;

export function countUp(target: HTMLElement, from: number, to: number, format: (value: number) => string): void {
  target.textContent = format(to);
  if (from === to || prefersStillness()) return;
  const started = performance.now();
  const step = (now: number): void => {
    const share = Math.min((now - started) / 1_100, 1);
    const eased = share === 1 ? 1 : 1 - 2 ** (-10 * share);
    target.textContent = format(Math.round(from + (to - from) * eased));
    if (share < 1 && target.isConnected) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

export function highlight(content: ParentNode, ids: readonly string[]): void {
  for (const entry of content.querySelectorAll<HTMLElement>("[data-entry]")) {
    entry.classList.toggle("fresh", ids.includes(entry.dataset["entry"] ?? ""));
  }
}

/**
 * A handful of leaves rises from `origin`, within `place`, and fades. They are decoration, leave nothing behind, and lie
 * on the dialog, so that they fly on when what is below them is drawn anew.
 */
export function burst(dialog: HTMLElement, place: Element, origin: Element): void {
  if (prefersStillness()) return;
  const [frame, area, start] = [dialog, place, origin].map((each) => each.getBoundingClientRect()) as [DOMRect, DOMRect, DOMRect];
  const layer = element("div", { class: "leaves", "aria-hidden": "true" });
  const box = { left: area.left - frame.left, top: area.top - frame.top, width: area.width, height: area.height };
  const spot = { "--x": start.left + start.width / 2 - area.left, "--y": start.top + start.height / 2 - area.top };
  for (const [name, pixels] of Object.entries({ ...box, ...spot })) layer.style.setProperty(name, `${pixels}px`);
  layer.classList.toggle("inked", !place.classList.contains("hero"));
  dialog.append(layer);
  const flights = Array.from({ length: LEAVES }, (_, i) => {
    const leaf = icon(LEAF);
    layer.append(leaf);
    const angle = Math.PI * (1.1 + (0.8 * (i + Math.random())) / LEAVES);
    const reach = 70 + Math.random() * 90;
    const [x, y] = [Math.cos(angle) * reach, Math.sin(angle) * reach];
    const turn = Math.random() * 540 - 270;
    return leaf.animate(
      [
        { transform: "translate(0, 0) scale(0.2)", opacity: 0 },
        { transform: `translate(${x}px, ${y}px) rotate(${turn / 2}deg)`, opacity: 1, offset: 0.35 },
        { transform: `translate(${x * 1.25}px, ${y + 130}px) rotate(${turn}deg)`, opacity: 0 },
      ],
      { duration: 1_500 + Math.random() * 700, easing: "cubic-bezier(0.15, 0.8, 0.4, 1)", fill: "both" },
    ).finished;
  });
  void Promise.allSettled(flights).then(() => layer.remove());
}
