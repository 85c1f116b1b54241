/** Taking part in a board or a league: under a name of one's own, until one leaves; and an entry that is looked at. */

import { element, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { sign } from "../symbols.ts";
import type { Quarantine } from "./board_model.ts";
import type { Contest } from "./board_stores.ts";
import { textField } from "./fields.ts";
import { attempt, drawProblem, wisher, type GameScene } from "./game_scene.ts";
import { goalPicture } from "./pictures.ts";
import type { ContestView } from "./views.ts";

const NAME_MAXIMUM = 30;
const APPEAL_MAXIMUM = 500;

/** Nobody is on a board who did not ask to be; guests are asked to sign in first. */
export function drawJoining(scene: GameScene, view: ContestView, contest: Contest): HTMLElement {
  const { words, links, texts, goals } = scene;
  const about = element("p", {}, words.get(`${view.page}.about_joining`));
  const card = element("div", { class: "joining" }, element("span", { class: "spot" }, goalPicture(view.page === "board" ? "podium" : "league")), about);
  if (!goals.answer?.me) {
    const signIn = links.signIn && element("a", { class: "pill", href: links.signIn, "data-focus": "sign-in" }, texts.get("panel.sign_in"));
    if (signIn) card.append(signIn);
    return card;
  }
  const name = textField(view.fields, { name: "display-name", label: words.get("contest.name"), most: NAME_MAXIMUM, value: knownName(scene) });
  const form = element("form", { novalidate: true }, name, wisher(view, words.get("contest.join"), "pill", "opt-in", send), drawProblem(view, "opt-in"));
  form.addEventListener("submit", (event) => (event.preventDefault(), send()));
  card.append(form, element("p", { class: "small-print" }, words.get("contest.privacy")));
  return card;

  function send(): void {
    const chosen = view.fields.get("display-name")?.value.trim() ?? "";
    if (chosen) void attempt(scene, view, "opt-in", () => contest.optIn(chosen), words.get("contest.joined", { name: chosen }));
    else {
      Object.assign(view, { asked: "opt-in", problem: words.get("contest.choose_name") });
      scene.redraw();
      scene.focus("display-name");
    }
  }
}

/** The name that the shopper goes by on another board or league: who has one seldom wants a second. */
function knownName({ goals }: GameScene): string {
  const entered = [...(goals.answer?.leaderboards ?? []), ...(goals.answer?.leagues ?? [])];
  return entered.find(({ displayName }) => displayName)?.displayName ?? "";
}

/** Under which name, with the way out: leaving takes the entry away at once. */
export function drawTaking(scene: GameScene, view: ContestView, contest: Contest, displayName: string | null): HTMLElement {
  const { words } = scene;
  const leave = wisher(view, words.get("contest.leave"), "link change", "opt-out", () => void attempt(scene, view, "opt-out", () => contest.optOut(), words.get("contest.left")));
  return element("div", { class: "taking" }, element("p", {}, words.get("contest.as"), " ", element("bdi", {}, displayName ?? "")), leave, drawProblem(view, "opt-out"));
}

/** Why others do not see the entry for now, and how to say that this is a mistake. */
export function drawQuarantine(scene: GameScene, view: ContestView, contest: Contest, quarantine: Quarantine): HTMLElement {
  const { words, texts } = scene;
  const { reasonText, since, appeal, appealedAt, decision, canAppeal } = quarantine;
  const day = (moment: string): string => dayText(moment, texts.locale);
  const upheld = decision === "UPHELD" && element("p", {}, words.get("quarantine.upheld"));
  const sent = appeal && element("blockquote", {}, element("small", {}, words.get("quarantine.sent", { date: day(appealedAt ?? since) })), appeal);
  return element(
    "div",
    { class: "quarantine", role: "group", "aria-labelledby": "quarantine" },
    element("h4", { id: "quarantine" }, sign("warning"), words.get("quarantine.title")),
    element("p", {}, reasonText),
    element("p", { class: "small-print" }, words.get("quarantine.about", { date: day(since) })),
    upheld,
    sent,
    canAppeal && drawAppeal(scene, view, contest, quarantine),
  );
}

function drawAppeal(scene: GameScene, view: ContestView, contest: Contest, quarantine: Quarantine): Child {
  const { words } = scene;
  const field = textField(view.fields, { name: "appeal", label: words.get("quarantine.appeal"), most: APPEAL_MAXIMUM, long: true });
  const send = wisher(view, words.get("quarantine.send"), "pill", "send-appeal", () => {
    const text = view.fields.get("appeal")?.value.trim() ?? "";
    if (text) return void attempt(scene, view, "send-appeal", () => contest.appeal(quarantine, text), words.get("quarantine.done"));
    Object.assign(view, { asked: "send-appeal", problem: words.get("quarantine.write") });
    scene.redraw();
    scene.focus("appeal");
  });
  return element("div", { class: "appeal" }, field, send, drawProblem(view, "send-appeal"));
}
