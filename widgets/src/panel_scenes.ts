/** What the panel shows: a member's points, an invitation, the wait for an answer, and a quiet word when there is none. */

import { element, icon, type Child } from "./elements.ts";
import { drawEntries } from "./entries.ts";
import { dayText } from "./formats.ts";
import { laurel } from "./icons.ts";
import type { Answer, Member } from "./model.ts";
import type { Texts } from "./texts.ts";
import { drawWays, joiningPoints } from "./ways.ts";

const SOON_MS = 60 * 24 * 60 * 60 * 1_000;

export interface Scene {
  readonly answer: Answer | null;
  readonly texts: Texts;
  /** The shopper's first name, when the shop told it. */
  readonly name: string | undefined;
  readonly links: { readonly signIn: string | undefined; readonly join: string | undefined };
  retry(): void;
  close(): void;
}

export function drawMember(scene: Scene, member: Member): DocumentFragment {
  const { texts, name, answer } = scene;
  const { available, pending } = member.balance;
  const balance = element(
    "p",
    { class: "balance" },
    element("span", { class: "number", "aria-hidden": "true" }, texts.number(available)),
    element("span", { class: "unit", "aria-hidden": "true" }, texts.counted("panel.unit", available)),
    element("span", { class: "quiet" }, texts.points(available)),
  );
  const greeting = name ? texts.get("panel.greeting", { name }) : texts.get("panel.balance");
  return page(
    hero(scene, element("p", { class: "greeting" }, greeting), balance, drawFacts(texts, member, pending)),
    section(texts.get("panel.earn"), drawWays(answer?.program)),
    section(texts.get("panel.activity"), drawEntries(texts, member.transactions.nodes)),
  );
}

export function drawGuest(scene: Scene): DocumentFragment {
  const { texts, links, answer } = scene;
  const welcome = joiningPoints(answer?.program);
  const program = answer?.program?.name ?? texts.get("launcher.label");
  const offer = welcome
    ? texts.get("panel.invite_points", { points: texts.points(welcome) })
    : texts.get("panel.invite");
  const actions = element(
    "div",
    { class: "actions" },
    links.join && element("a", { class: "action", href: links.join, "data-focus": "join" }, texts.get("panel.join")),
    links.signIn &&
      element("a", { class: "action second", href: links.signIn, "data-focus": "sign-in" }, texts.get("panel.sign_in")),
  );
  const steps = [1, 2, 3].map((step) => element("li", {}, texts.get(`panel.step_${step}`)));
  return page(
    hero(
      scene,
      element("p", { class: "headline" }, texts.get("panel.invite_title", { program })),
      element("p", { class: "offer" }, offer),
      actions,
    ),
    section(texts.get("panel.earn"), drawWays(answer?.program)),
    section(texts.get("panel.how"), element("ol", { class: "steps" }, ...steps)),
  );
}

export function drawLoading(scene: Scene): DocumentFragment {
  const bar = (kind: string): HTMLElement => element("div", { class: `bone ${kind}` });
  const bones = element("div", { class: "bones" }, bar("tiles"), bar("row"), bar("row"), bar("row"));
  const wait = element("p", { class: "quiet", role: "status" }, scene.texts.get("panel.loading"));
  return page(hero(scene, bar("line"), bar("figure")), bones, wait);
}

export function drawError(scene: Scene): DocumentFragment {
  const { texts } = scene;
  const retry = element("button", { class: "action", type: "button", "data-focus": "retry" }, texts.get("panel.retry"));
  retry.addEventListener("click", () => scene.retry());
  const words = element("p", { role: "alert" }, texts.get("panel.error"));
  return page(hero(scene), element("div", { class: "trouble" }, laurel(), words, retry));
}

function hero(scene: Scene, ...children: Child[]): HTMLElement {
  const close = element("button", {
    class: "close",
    type: "button",
    "data-focus": "close",
    "aria-label": scene.texts.get("panel.close"),
  });
  close.append(icon("M6 6 18 18", "M18 6 6 18"));
  close.addEventListener("click", () => scene.close());
  const title = scene.answer?.program?.name ?? scene.texts.get("launcher.label");
  const bar = element("div", { class: "bar" }, laurel(), element("h2", { id: "title" }, title), close);
  const sprig = laurel();
  sprig.classList.add("backdrop");
  return element("div", { class: "hero" }, sprig, bar, ...children);
}

function drawFacts(texts: Texts, member: Member, pending: number): Child {
  const facts: HTMLElement[] = [];
  if (pending > 0) facts.push(element("li", {}, texts.get("panel.pending", { points: texts.points(pending) })));
  const soon = member.expiring[0];
  if (soon && Date.parse(soon.expiresAt) - Date.now() < SOON_MS) {
    const values = { points: texts.points(soon.points), date: dayText(soon.expiresAt, texts.locale) };
    facts.push(element("li", {}, texts.get("panel.expiring", values)));
  }
  return facts.length > 0 && element("ul", { class: "facts" }, ...facts);
}

function section(title: string, content: Child): HTMLElement {
  return element("section", {}, element("h3", {}, title), content);
}

/** The hero stays; what is below it scrolls, reachable by keyboard. */
function page(head: HTMLElement, ...sections: Child[]): DocumentFragment {
  const fragment = document.createDocumentFragment();
  fragment.append(head, element("div", { class: "body", tabindex: "0", role: "group", "aria-labelledby": "title" }, ...sections));
  return fragment;
}
