/** The frame of every page of the panel: a head that stays, a body that scrolls, and actions that stay in reach. */

import { element, type Child } from "./elements.ts";
import { laurel } from "./icons.ts";
import type { Scene } from "./scene.ts";
import { sign } from "./symbols.ts";

/** The head of the first page, with room for the balance. */
export function hero(scene: Scene, ...children: Child[]): HTMLElement {
  const sprig = laurel();
  sprig.classList.add("backdrop");
  const title = scene.answer?.program?.name ?? scene.texts.get("launcher.label");
  const bar = element("div", { class: "bar" }, laurel(), element("h2", { id: "title" }, title), closing(scene));
  return element("div", { class: "hero" }, sprig, bar, ...children);
}

/** The head of a page that was gone to: the way back, where one is, and what there is to spend. */
export function heading(scene: Scene, title: string): HTMLElement {
  const { texts, answer } = scene;
  const back = button(scene.texts.get("panel.back"), "round", "back", () => scene.back());
  back.replaceChildren(sign("back"));
  back.setAttribute("aria-label", texts.get("panel.back"));
  const balance = answer?.me && element("span", { class: "purse" }, texts.points(answer.me.balance.available));
  const bar = element("div", { class: "bar" }, back, element("h2", { id: "title" }, title), balance, closing(scene));
  return element("div", { class: "hero small" }, bar);
}

export function section(title: string, content: Child, more?: Child): HTMLElement {
  return element("section", {}, element("div", { class: "section-head" }, element("h3", {}, title), more), content);
}

/** The head stays; what is below it scrolls, reachable by keyboard; `deck` stays below that. */
export function page(head: HTMLElement, sections: readonly Child[], deck?: Child): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const body = element("div", { class: "body", tabindex: "0", role: "group", "aria-labelledby": "title", "data-focus": "body" }, ...sections);
  fragment.append(...[head, body, deck].filter((part): part is HTMLElement => Boolean(part)));
  return fragment;
}

export function button(words: string, kind: string, focus: string, act: () => void): HTMLButtonElement {
  const made = element("button", { class: kind, type: "button", "data-focus": focus }, words);
  made.addEventListener("click", act);
  return made;
}

/** Words with a line for each fact; facts without a value are left out. */
export function facts(rows: readonly (readonly [string, string | null | undefined])[]): HTMLElement {
  const told = rows.filter(([, value]) => value);
  const lines = told.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  return element("dl", { class: "terms" }, ...lines);
}

function closing(scene: Scene): HTMLElement {
  const close = button("", "round close", "close", () => scene.close());
  close.setAttribute("aria-label", scene.texts.get("panel.close"));
  close.append(sign("cross"));
  return close;
}
