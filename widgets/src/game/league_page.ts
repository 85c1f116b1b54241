/** A league: the shopper's cohort of the week with the lines of promotion and demotion, and how earlier weeks ended. */

import { element, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { button, heading, page, section } from "../panel_page.ts";
import type { League, LeagueStanding } from "./board_model.ts";
import { drawRules } from "./board_page.ts";
import { drawRows } from "./board_table.ts";
import { drawJoining, drawQuarantine, drawTaking } from "./contest.ts";
import { drawWaiting, type GameScene } from "./game_scene.ts";
import { countdown, untilText } from "./moments.ts";
import { goalPicture } from "./pictures.ts";
import type { ContestView } from "./views.ts";

export function drawLeague(scene: GameScene, view: ContestView): DocumentFragment {
  const { words } = scene;
  const store = scene.league(view.handle);
  if (!store.answer) return drawWaiting(scene, words.get("league.title"), store);
  const { league } = store.answer;
  const head = heading(scene, words.get("league.title"));
  if (!league) return page(head, [element("p", { class: "empty" }, goalPicture("league"), words.get("board.gone"))]);
  const { me, joined, quarantine } = league;
  return page(head, [
    drawLeagues(scene, view),
    drawCrest(scene, league),
    quarantine && drawQuarantine(scene, view, store, quarantine),
    !joined && drawJoining(scene, view, store),
    joined && !me && element("p", { class: "empty" }, goalPicture("league"), words.get("league.waiting_long")),
    me && drawCohort(scene, me),
    me && drawRules(scene, me.step.prizes.map(({ text }) => text), words.get("board.prizes")),
    drawHistory(scene, league),
    drawRules(scene, league.rules, words.get("board.rules")),
    joined && drawTaking(scene, view, store, league.displayName),
  ]);
}

function drawLeagues({ words, goals, redraw, focus }: GameScene, view: ContestView): Child {
  const leagues = goals.answer?.leagues ?? [];
  if (leagues.length < 2) return null;
  const chips = leagues.map(({ handle, title }) => {
    const chip = button(title, "chip choice", `league:${handle}`, () => {
      view.handle = handle;
      redraw();
      focus(`league:${handle}`);
    });
    chip.setAttribute("aria-pressed", String(handle === view.handle));
    return element("li", {}, chip);
  });
  return element("ul", { class: "chips strip", "aria-label": words.get("league.all") }, ...chips);
}

/** The league that the shopper plays in, among all of them. */
function drawCrest({ words, texts }: GameScene, { title, steps, me, endsAt }: League): HTMLElement {
  const here = me?.step.position;
  const marks = steps.map((step) => {
    const kind = step.position === here ? "crest here" : here !== undefined && step.position < here ? "crest passed" : "crest";
    const name = element("span", { class: "quiet" }, step.title);
    return element("li", { class: kind, title: step.title, ...(step.position === here ? { "aria-current": "step" } : {}) }, goalPicture("league"), name);
  });
  return element(
    "div",
    { class: "league-head cheers" },
    element("ol", { class: "crests" }, ...marks),
    element("h3", { tabindex: "-1", "data-focus": "heading" }, me?.step.title ?? title),
    endsAt && element("p", {}, countdown(() => words.get("ends", { when: untilText(endsAt, texts.locale) }))),
    me?.message && element("p", { class: "left" }, me.message),
  );
}

/** The whole cohort; words stand where somebody goes up above, or down below. */
function drawCohort(scene: GameScene, { rows, promotionRank, demotionRank, step }: LeagueStanding): HTMLElement {
  const { words } = scene;
  if (rows.length === 0) return element("p", { class: "empty" }, goalPicture("league"), words.get("league.empty"));
  const line = (kind: "up" | "down"): { line: HTMLElement; kind: string } => {
    return { kind, line: element("span", {}, goalPicture(kind), words.get(`league.${kind}`)) };
  };
  const shown = rows.flatMap((row, place) => {
    const [before, after] = [rows[place - 1], rows[place + 1]];
    const falls = demotionRank !== null && row.rank >= demotionRank && (!before || before.rank < demotionRank);
    const rose = promotionRank !== null && row.rank <= promotionRank && (!after || after.rank > promotionRank);
    return [...(falls ? [line("down")] : []), { ...row, kind: row.zone.toLowerCase() }, ...(rose ? [line("up")] : [])];
  });
  return drawRows(scene, words.get("board.table", { board: step.title }), shown);
}

function drawHistory({ words, texts }: GameScene, { history }: League): Child {
  if (history.length === 0) return null;
  const rows = history.map(({ startsAt, step, rank, scoreText, outcome, prizePoints }) => {
    const week = words.get("league.week", { date: dayText(startsAt, texts.locale) });
    const place = rank === null ? "" : words.get("league.result", { rank: words.number(rank), score: scoreText });
    const told = [step.title, place].filter(Boolean).join(" \u00b7 ");
    const prize = prizePoints > 0 && element("b", {}, `+${texts.points(prizePoints)}`);
    const mark = outcome === "PROMOTED" || outcome === "DEMOTED" ? goalPicture(outcome === "PROMOTED" ? "up" : "down") : null;
    const came = element("span", { class: `outcome ${outcome.toLowerCase()}` }, mark, words.get(`league.outcome.${outcome}`));
    return element("li", {}, element("div", {}, element("strong", {}, week), element("small", {}, told), came), prize);
  });
  return section(words.get("league.history"), element("ul", { class: "results" }, ...rows));
}
