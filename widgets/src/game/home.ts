/** The game on the panel's first page: one tile for each thing there is to play for, and what was reached just now. */

import { element, type Child } from "../elements.ts";
import type { View } from "../navigation.ts";
import { button, section } from "../panel_page.ts";
import { sign } from "../symbols.ts";
import type { GameScene } from "./game_scene.ts";
import { drawBar, picture } from "./game_scene.ts";
import { levelMark } from "./level.ts";
import type { BoardHead, LeagueHead, MyChallenge, MyStreak } from "./model.ts";
import { countdown, untilText } from "./moments.ts";
import type { News } from "./news.ts";
import { goalPicture } from "./pictures.ts";
import { drawUnits } from "./streak_units.ts";
import { badgeView, contestView, listView } from "./views.ts";

const ARTS_AT_FIRST = 4;
const UNITS_AT_FIRST = 7;

/** Nothing where the program has no game. */
export function drawHome(scene: GameScene): Child {
  const { goals, words, answer } = scene;
  if (!goals.answer) return answer?.me && !goals.failed && section(words.get("title"), element("div", { class: "bone tiles" }));
  const { me, leaderboards, leagues } = goals.answer;
  const [streak] = me?.streaks ?? [];
  const [board] = [...leaderboards].sort((one, other) => Number(other.joined) - Number(one.joined));
  const [league] = [...leagues].sort((one, other) => Number(other.joined) - Number(one.joined));
  const tiles = [
    drawLevelTile(scene),
    drawBadgeTile(scene),
    drawChallengeTile(scene),
    streak && drawStreakTile(scene, streak),
    board && drawBoardTile(scene, board),
    league && drawLeagueTile(scene, league),
  ].filter(Boolean);
  if (tiles.length === 0) return null;
  const content = element("div", {}, ...scene.news.slice(0, 1).map((news) => drawNews(scene, news)), element("ul", { class: "goals" }, ...tiles));
  return section(words.get("title"), content);
}

/** What the news says: "You earned the badge First order." */
export function newsText({ words }: Pick<GameScene, "words">, { kind, title, level, size, unit }: News): string {
  if (kind === "level") return words.get("news.level", { level: words.number(size), title });
  if (unit) return words.get("news.streak", { title, length: words.counted(`streak.${unit}`, size) });
  return words.get(level ? "news.badge_level" : `news.${kind}`, { title, level });
}

function drawNews(scene: GameScene, news: News): HTMLElement {
  const { words } = scene;
  const look = (): void => {
    const { kind, handle } = news;
    scene.forget(news);
    scene.go(kind === "badge" ? badgeView(handle) : listView(kind === "level" ? "badges" : `${kind}s`));
  };
  const art = news.artworkUrl ? picture(news.artworkUrl, 56) : element("span", { class: "spot" }, goalPicture(news.kind === "streak" ? "flame" : "badge"));
  const open = button(words.get("news.look"), "pill", "news", look);
  const away = button("", "round", "news-away", () => (scene.forget(news), scene.redraw(), scene.focus("news")));
  away.setAttribute("aria-label", words.get("news.away"));
  away.append(sign("cross"));
  return element("div", { class: "reached cheers" }, art, element("div", {}, element("strong", {}, newsText(scene, news)), open), away);
}

/** A tile: what it is about, the one number that counts, and a word about what comes next. */
function tile(scene: GameScene, focus: string, view: View, title: string, value: Child, foot: Child, mark: Child): HTMLElement {
  const open = button(title, "goal-open", `goal:${focus}`, () => scene.go(view));
  const head = element("div", { class: "goal-head" }, mark, open);
  return element("li", { class: `goal goal-${focus}` }, head, value && element("b", {}, value), foot);
}

function drawLevelTile(scene: GameScene): Child {
  const { words, goals } = scene;
  const level = goals.answer?.me?.level;
  if (!level) return null;
  const name = level.level > 0 ? level.title : words.get("level.none");
  const bar = drawBar(words.get("level.name"), level.message, level.percent);
  const own = element("div", {}, element("strong", {}, name), bar, element("small", {}, level.message));
  return element("li", { class: "goal wide-goal" }, levelMark(scene, level), own, element("small", { class: "experience" }, words.counted("experience", level.experience)));
}

function drawBadgeTile(scene: GameScene): Child {
  const { words, goals } = scene;
  const { me, program } = goals.answer ?? {};
  const earned = me?.badges ?? [];
  const open = (me?.badgeProgress ?? []).filter(({ badge }) => !goals.earned(badge.handle));
  const ahead = me ? open.map(({ badge }) => badge) : (program?.badges ?? []);
  const shown = [...earned.map(({ badge, level }) => ({ ...badge, artworkUrl: level.artworkUrl })), ...ahead];
  if (shown.length === 0) return null;
  const arts = shown.slice(0, ARTS_AT_FIRST).map(({ artworkUrl, handle }) => {
    const art = picture(artworkUrl, 34);
    if (!goals.earned(handle)) art.classList.add("ahead-art");
    return art;
  });
  const value = me ? words.get("badges.of", { count: words.number(earned.length), total: words.number(shown.length) }) : words.number(shown.length);
  return tile(scene, "badges", listView("badges"), words.get("badges.title"), value, element("span", { class: "arts" }, ...arts), goalPicture("badge"));
}

function drawChallengeTile(scene: GameScene): Child {
  const { words, goals } = scene;
  const mine = goals.answer?.me?.challenges;
  const view = listView("challenges");
  const title = words.get("challenges.title");
  if (!mine) {
    const all = goals.answer?.program?.challenges ?? [];
    return all.length > 0 && tile(scene, "challenges", view, title, words.number(all.length), element("small", {}, all[0]?.title), goalPicture("challenge"));
  }
  if (mine.length === 0) return null;
  const on = mine.filter(isOn);
  const [nearest] = [...on].sort((one, other) => nearness(other) - nearness(one));
  const foot = nearest
    ? element("span", {}, element("small", {}, nearest.challenge.title), drawWholeBar(nearest))
    : element("small", {}, words.get("challenges.all_done"));
  return tile(scene, "challenges", view, title, words.counted("challenges.on", on.length), foot, goalPicture("challenge"));
}

function drawWholeBar(challenge: MyChallenge): HTMLElement {
  const { value, most } = progressOf(challenge);
  return drawBar(challenge.challenge.title, challenge.message, value, most);
}

function drawStreakTile(scene: GameScene, streak: MyStreak): HTMLElement {
  const { words } = scene;
  const units = drawUnits(scene, streak, UNITS_AT_FIRST);
  units.setAttribute("aria-hidden", "true");
  const value = streak.length > 0 ? words.counted(`span.${streak.streak.unit}`, streak.length) : words.get("streak.start");
  const made = tile(scene, "streaks", listView("streaks"), streak.streak.title, value, units, goalPicture("flame"));
  if (streak.length > 0) made.classList.add("burning");
  return made;
}

function drawBoardTile(scene: GameScene, board: BoardHead): HTMLElement {
  const { words } = scene;
  const { me, joined, total, quarantine, title, status } = board;
  const place = quarantine ? words.get("board.checked") : me?.rank ? words.get("board.rank", { rank: words.number(me.rank) }) : "";
  const value = place || words.get(status === "UPDATING" ? "board.updating" : joined ? "board.no_score" : "board.join_in");
  const foot = element("small", {}, total === null || status === "UPDATING" ? title : `${title} \u00b7 ${words.counted("board.total", total)}`);
  return tile(scene, "board", contestView("board", board.handle), words.get("board.title"), value, foot, goalPicture("podium"));
}

function drawLeagueTile(scene: GameScene, league: LeagueHead): HTMLElement {
  const { words, texts } = scene;
  const { me, joined, title, endsAt } = league;
  const rank = me?.rank ? words.get("league.place", { rank: words.number(me.rank), size: words.number(me.size) }) : "";
  const value = rank || words.get(joined ? "league.waiting" : "league.join_in");
  const ends = endsAt && countdown(() => words.get("ends", { when: untilText(endsAt, texts.locale) }));
  const zone = me?.rank && me.zone !== "STAY" ? goalPicture(me.zone === "PROMOTION" ? "up" : "down") : null;
  const foot = element("small", {}, me?.step.title ?? title, ends && " \u00b7 ", ends);
  const made = tile(scene, "league", contestView("league", league.handle), words.get("league.title"), value, foot, goalPicture("league"));
  if (zone) made.querySelector("b")?.append(zone);
  return made;
}

/** Whether a challenge can be worked on now. */
export function isOn({ state }: MyChallenge): boolean {
  return state === "OPEN" || state === "JOINED";
}

/** How far a challenge is in all, of 100 for each of its steps, however much is asked for in it. */
export function progressOf({ steps, community }: MyChallenge): { readonly value: number; readonly most: number } {
  if (community) return { value: community.progress.percent, most: 100 };
  return { value: steps.reduce((total, { progress }) => total + progress.percent, 0), most: Math.max(steps.length, 1) * 100 };
}

function nearness(challenge: MyChallenge): number {
  const { value, most } = progressOf(challenge);
  return value / most;
}
