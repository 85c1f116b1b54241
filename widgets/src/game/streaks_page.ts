/** Streaks: how long each is, what became of its last units, what keeps it, and what helps when it breaks. */

import { element, type Child } from "../elements.ts";
import { facts, heading, page, section } from "../panel_page.ts";
import { sign } from "../symbols.ts";
import { givesText } from "./badge_page.ts";
import { attempt, drawBar, drawProblem, drawWaiting, wisher, type GameScene } from "./game_scene.ts";
import type { MyStreak } from "./model.ts";
import { countdown, untilText } from "./moments.ts";
import { goalPicture, unitPicture } from "./pictures.ts";
import { drawPause } from "./streak_pause.ts";
import { drawUnits } from "./streak_units.ts";
import type { ListView } from "./views.ts";

/** Whole weeks of days, whole rows of the others. */
const UNITS = { DAY: 35, WEEK: 14, MONTH: 14 } as const;

/** What the shopper chose on this page: it is the streak's zone only when the next unit begins. */
let chosenZone = "";

export function drawStreaks(scene: GameScene, view: ListView): DocumentFragment {
  const { words, goals } = scene;
  const title = words.get("streaks.title");
  if (!goals.answer) return drawWaiting(scene, title, goals);
  const streaks = goals.answer.me?.streaks ?? [];
  const none = element("p", { class: "empty" }, goalPicture("flame"), words.get("streaks.none"));
  return page(heading(scene, title), streaks.length > 0 ? streaks.flatMap((streak) => drawStreak(scene, view, streak)) : [none]);
}

function drawStreak(scene: GameScene, view: ListView, mine: MyStreak): readonly Child[] {
  const { words } = scene;
  const { streak, history } = mine;
  const most = UNITS[streak.unit as keyof typeof UNITS] ?? UNITS.WEEK;
  return [
    drawFire(scene, mine),
    drawRescue(scene, view, mine),
    history.length > 0 && section(words.get(`streak.last.${streak.unit}`), element("div", {}, drawUnits(scene, mine, most), drawLegend(scene, mine, most))),
    drawMilestone(scene, mine),
    drawHelp(scene, mine),
    drawPause(scene, view, mine),
    drawZone(scene, view, mine),
  ];
}

function drawFire(scene: GameScene, { streak, length, message, endsAt, unitDone }: MyStreak): HTMLElement {
  const { words, texts } = scene;
  const flame = element("span", { class: "flame" }, goalPicture("flame"), element("b", { "aria-hidden": "true" }, words.number(length)));
  const hurry = length > 0 && !unitDone && endsAt && element("p", { class: "dates" }, countdown(() => words.get("streak.until", { when: untilText(endsAt, texts.locale) })));
  return element(
    "div",
    { class: length > 0 ? "fire burning" : "fire" },
    flame,
    element("h3", { tabindex: "-1", "data-focus": "heading" }, length > 0 ? words.counted(`streak.${streak.unit}`, length) : streak.title),
    element("p", {}, message || streak.howText),
    hurry,
    unitDone && element("p", { class: "kept" }, sign("check"), words.get(`streak.kept.${streak.unit}`)),
  );
}

/** A streak that broke a moment ago can be mended, for a while. */
function drawRescue(scene: GameScene, view: ListView, { streak, repairableUntil }: MyStreak): Child {
  if (!repairableUntil) return null;
  const { words, texts, goals } = scene;
  const focus = `repair:${streak.handle}`;
  const act = wisher(view, words.get("streak.repair"), "pill", focus, () => void attempt(scene, view, focus, () => goals.repair(streak.handle), words.get("streak.repaired")));
  const until = countdown(() => words.get("streak.repairable", { when: untilText(repairableUntil, texts.locale) }));
  return element("div", { class: "rescue" }, sign("warning"), element("div", {}, element("p", {}, until), act, drawProblem(view, focus)));
}

/** What the marks mean: those that are there, and no others. */
function drawLegend({ words }: GameScene, { history }: MyStreak, most: number): HTMLElement {
  const states = [...new Set(history.slice(-most).map(({ state }) => state))];
  const rows = states.map((state) => element("li", {}, element("span", { class: `turn turn-${state.toLowerCase()}` }, unitPicture(state)), words.get(`unit.${state}`)));
  return element("ul", { class: "legend", "aria-hidden": "true" }, ...rows);
}

function drawMilestone(scene: GameScene, { next, length, streak }: MyStreak): Child {
  if (!next) return null;
  const { words } = scene;
  const name = next.title || words.counted(`span.${streak.unit}`, next.length);
  const gives = givesText(scene, next);
  const missing = words.counted(`streak.more.${streak.unit}`, next.missing);
  const line = element("div", { class: "measure" }, element("strong", {}, name), element("span", {}, gives), drawBar(name, missing, length, next.length));
  return section(words.get("streak.next"), element("div", {}, line, element("p", { class: "any" }, missing)));
}

function drawHelp({ words }: GameScene, { streak, freezes, best, history }: MyStreak): Child {
  const held = streak.freezesMaximum > 0 && words.get("streak.freezes_of", { count: words.number(freezes), most: words.number(streak.freezesMaximum) });
  const rows = facts([
    [words.get("streak.how"), streak.howText],
    [words.get("streak.freezes"), held || null],
    [words.get("streak.best"), best > 0 ? words.counted(`span.${streak.unit}`, best) : null],
  ]);
  const about = held && history.length > 0 && element("p", { class: "small-print" }, words.get("streak.freezes_mean"));
  return element("div", {}, rows, about);
}

/** Where its days begin and end. A shopper who moved may take theirs along, from the next unit on. */
function drawZone(scene: GameScene, view: ListView, { streak, timeZone }: MyStreak): Child {
  const { words, goals, texts } = scene;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const choose = async (): Promise<void> => {
    const done = await attempt(scene, view, focus, () => goals.chooseZone(here), words.get("zone.moved"));
    if (done) chosenZone = here;
    scene.redraw();
  };
  const name = (zone: string): string => zoneText(zone, texts.locale);
  const focus = `zone:${streak.handle}`;
  const elsewhere = here && here !== timeZone;
  const chosen = elsewhere && here === chosenZone && element("p", { class: "kept quiet-days" }, sign("check"), words.get("zone.moved"));
  const move = elsewhere && !chosen && wisher(view, words.get("zone.move", { zone: name(here) }), "link change", focus, () => void choose());
  return element("div", { class: "zone" }, element("p", { class: "small-print" }, words.get("zone.is", { zone: name(timeZone) })), chosen, move, drawProblem(view, focus));
}

/** "China Standard Time", or the zone's own name where the browser knows no better. */
export function zoneText(zone: string, locale: string): string {
  try {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "longGeneric" }).formatToParts();
    const name = parts.find(({ type }) => type === "timeZoneName")?.value;
    return name && !name.startsWith("GMT") ? name : zone;
  } catch {
    return zone;
  }
}
