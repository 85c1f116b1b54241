/** Challenges: what is asked for step by step, what is left of it, until when, and what it gives. */

import { element, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { heading, page, section } from "../panel_page.ts";
import { sign } from "../symbols.ts";
import { givesText } from "./badge_page.ts";
import { drawInvitation } from "./badges_page.ts";
import { attempt, drawBar, drawProblem, drawWaiting, picture, wisher, type GameScene } from "./game_scene.ts";
import { isOn } from "./home.ts";
import type { ChallengeHead, ChallengeStep, MyChallenge } from "./model.ts";
import { countdown, untilText } from "./moments.ts";
import { goalPicture } from "./pictures.ts";
import type { ListView } from "./views.ts";

export function drawChallenges(scene: GameScene, view: ListView): DocumentFragment {
  const { words, goals } = scene;
  const title = words.get("challenges.title");
  if (!goals.answer) return drawWaiting(scene, title, goals);
  const head = heading(scene, title);
  const { me, program } = goals.answer;
  if (!me) {
    const rows = (program?.challenges ?? []).map((challenge) => element("li", { class: "challenge" }, drawHead(scene, challenge)));
    return page(head, [section(words.get("challenges.now"), list(rows)), drawInvitation(scene)]);
  }
  const [on, soon, over] = [me.challenges.filter(isOn), me.challenges.filter(({ state }) => state === "UPCOMING"), me.challenges.filter(({ state }) => state === "COMPLETED" || state === "MISSED")];
  const cards = (rows: readonly MyChallenge[]): HTMLElement => list(rows.map((each) => drawChallenge(scene, view, each)));
  return page(head, [
    section(words.get("challenges.now"), on.length > 0 ? cards(on) : element("div", { class: "empty" }, goalPicture("challenge"), words.get("challenges.none"))),
    soon.length > 0 && section(words.get("challenges.soon"), cards(soon)),
    over.length > 0 && section(words.get("challenges.over"), cards(over)),
  ]);
}

function list(rows: readonly HTMLElement[]): HTMLElement {
  return element("ul", { class: "challenges" }, ...rows);
}

function drawChallenge(scene: GameScene, view: ListView, mine: MyChallenge): HTMLElement {
  const { words, goals } = scene;
  const { challenge, state, steps, community, canJoin, canLeave, message } = mine;
  const { handle, title, inSequence } = challenge;
  const [join, leave] = [`join:${handle}`, `leave:${handle}`];
  const over = state === "COMPLETED" || state === "MISSED";
  const joining = canJoin && wisher(view, words.get("challenges.join"), "pill", join, () => void attempt(scene, view, join, () => goals.join(handle), words.get("challenges.joined", { title }), leave));
  if (joining) joining.setAttribute("aria-label", `${words.get("challenges.join")}: ${title}`);
  const leaving = canLeave && wisher(view, words.get("challenges.leave"), "link change", leave, () => void attempt(scene, view, leave, () => goals.leave(handle), words.get("challenges.left", { title }), join));
  if (leaving) leaving.setAttribute("aria-label", `${words.get("challenges.leave")}: ${title}`);
  const kind = inSequence ? "stages ordered" : "stages";
  const stages = !over && !community && element(inSequence ? "ol" : "ul", { class: kind }, ...steps.map((step, place) => drawStage(scene, step, inSequence ? place + 1 : 0)));
  return element(
    "li",
    { class: `challenge ${state.toLowerCase()}` },
    drawHead(scene, challenge, drawWhen(scene, mine)),
    !over && message && element("p", { class: "left" }, message),
    !over && community && drawCommunity(scene, mine),
    stages,
    (joining || leaving) && element("div", { class: "challenge-foot" }, joining, leaving),
    drawProblem(view, join),
    drawProblem(view, leave),
  );
}

function drawHead(scene: GameScene, challenge: ChallengeHead, when?: Child): HTMLElement {
  const { title, description, artworkUrl, scope } = challenge;
  const gives = givesText(scene, challenge);
  const together = scope === "COMMUNITY" && element("span", { class: "chip" }, goalPicture("people"), scene.words.get("challenges.together"));
  const marks = element("div", { class: "chips" }, together, gives && element("span", { class: "chip gives" }, gives), when);
  const told = element("div", {}, element("h4", {}, title), description && element("p", {}, description), marks);
  return element("div", { class: "challenge-head" }, picture(artworkUrl, 56), told);
}

/** Until when, or since when it is done. */
function drawWhen({ words, texts }: GameScene, { state, startsAt, endsAt, completedAt }: MyChallenge): Child {
  const day = (moment: string): string => dayText(moment, texts.locale);
  if (state === "COMPLETED") return element("span", { class: "chip done-chip" }, sign("check"), completedAt ? words.get("challenges.done_on", { date: day(completedAt) }) : words.get("done"));
  if (state === "MISSED") return element("span", { class: "chip" }, words.get("challenges.missed"));
  if (state === "UPCOMING") return startsAt && element("span", { class: "chip" }, sign("clock"), words.get("starts", { date: day(startsAt) }));
  return endsAt && element("span", { class: "chip" }, sign("clock"), countdown(() => words.get("ends", { when: untilText(endsAt, texts.locale) })));
}

/** A step; `place` is its number where one comes after the other, else 0. */
function drawStage({ words }: GameScene, { title, progress, doneAt, locked }: ChallengeStep, place: number): HTMLElement {
  const done = doneAt !== null;
  const mark = element("span", { class: "stage-mark" }, done ? sign("check") : locked ? sign("lock") : place > 0 ? words.number(place) : "");
  const told = element("span", { class: "stage-told" }, done ? words.get("done") : progress.text);
  const bar = !done && !locked && drawBar(title, progress.text, progress.percent);
  return element("li", { class: done ? "stage done" : locked ? "stage waiting" : "stage" }, mark, element("div", {}, element("strong", {}, title), told, bar));
}

/** Everybody's bar, and the shopper's own part in it. */
function drawCommunity({ words }: GameScene, { community, challenge, steps }: MyChallenge): Child {
  if (!community) return null;
  const { progress, mine, mineText, minimum, minimumText } = community;
  const enough = Number(mine) >= Number(minimum) && Number(mine) > 0;
  const own = words.get(enough ? "community.enough" : "community.mine", { mine: mineText, minimum: minimumText });
  return element(
    "div",
    { class: "community" },
    element("div", { class: "measure" }, element("strong", {}, steps[0]?.title ?? ""), element("span", {}, progress.text), drawBar(challenge.title, progress.text, progress.percent)),
    element("p", { class: enough ? "own enough" : "own" }, enough && sign("check"), own),
  );
}
