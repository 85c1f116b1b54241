/** One board: the shopper's own place, the first ones, those around, friends, seasons that are over, and the rules. */

import { element, type Child } from "../elements.ts";
import { button, heading, page, section } from "../panel_page.ts";
import type { Board, Row } from "./board_model.ts";
import type { BoardStore } from "./board_stores.ts";
import { drawResults } from "./board_results.ts";
import { drawRows } from "./board_table.ts";
import { drawJoining, drawQuarantine, drawTaking } from "./contest.ts";
import { drawWaiting, type GameScene } from "./game_scene.ts";
import { countdown, untilText } from "./moments.ts";
import { goalPicture } from "./pictures.ts";
import { friendsView, type ContestView } from "./views.ts";

/** While a board is being brought up to date, its page looks again by itself. */
const UPDATING_MS = 2_000;

export function drawBoard(scene: GameScene, view: ContestView): DocumentFragment {
  const { words } = scene;
  const store = scene.board(view.handle);
  if (!store.answer) return drawWaiting(scene, words.get("board.title"), store);
  const board = store.answer.leaderboard;
  const head = heading(scene, words.get("board.title"));
  if (!board) return page(head, [drawBoards(scene, view), element("p", { class: "empty" }, goalPicture("podium"), words.get("board.gone"))]);
  const updating = board.status === "UPDATING";
  const { quarantine, joined, period } = board;
  const mine = store.answer.me;
  const body = page(head, [
    drawBoards(scene, view),
    drawTitle(scene, board),
    drawChoices(scene, store, board),
    quarantine && drawQuarantine(scene, view, store, quarantine),
    joined ? drawPlace(scene, board) : period.current && drawJoining(scene, view, store),
    updating ? drawUpdating(scene, store) : drawTable(scene, board),
    mine && drawFriends(scene, board),
    drawRules(scene, board.prizes.map(({ text }) => text), words.get("board.prizes")),
    drawResults(scene, (mine?.boardResults ?? []).filter(({ handle }) => handle === board.handle)),
    drawRules(scene, board.rules, words.get("board.rules")),
    joined && drawTaking(scene, view, store, board.displayName),
  ]);
  return body;
}

/** The boards that there are, where there is more than one. */
function drawBoards({ words, goals, redraw, focus }: GameScene, view: ContestView): Child {
  const boards = goals.answer?.leaderboards ?? [];
  if (boards.length < 2) return null;
  const chips = boards.map(({ handle, title }) => {
    const chip = button(title, "chip choice", `board:${handle}`, () => {
      view.handle = handle;
      redraw();
      focus(`board:${handle}`);
    });
    chip.setAttribute("aria-pressed", String(handle === view.handle));
    return element("li", {}, chip);
  });
  return element("ul", { class: "chips strip", "aria-label": words.get("board.all") }, ...chips);
}

function drawTitle({ words, texts }: GameScene, { title, description, period, total, status }: Board): HTMLElement {
  const ends = period.endsAt;
  const when = period.closed ? words.get("board.closed") : ends && countdown(() => words.get("ends", { when: untilText(ends, texts.locale) }));
  const count = status === "LIVE" && total !== null && words.counted("board.total", total);
  const told = [period.title !== title && period.title, when, count].filter(Boolean);
  const line = told.flatMap((part, place) => (place > 0 ? [" \u00b7 ", part] : [part]));
  return element("div", { class: "board-title" }, element("h3", { tabindex: "-1", "data-focus": "heading" }, title), element("p", {}, ...line), description && element("p", {}, description));
}

function drawChoices({ words }: GameScene, store: BoardStore, { periods, period, segments, segment }: Board): Child {
  const seasons = periods.length > 1 && select("period", words.get("board.period"), periods.map(({ key, title }) => [key, title]), period.key);
  const parts = segments.length > 1 && select("segment", words.get("board.segment"), segments.map(({ key, title }) => [key, title]), segment.key);
  if (!seasons && !parts) return null;
  const choose = (): void => {
    const key = seasons ? seasons.value : period.key;
    const running = periods.find((each) => each.key === key)?.current;
    void store.choose(running ? null : key, parts ? parts.value : segment.key);
  };
  for (const field of [seasons, parts]) if (field) field.addEventListener("change", choose);
  return element("div", { class: "fields" }, seasons, parts);
}

function select(name: string, label: string, options: readonly (readonly [string, string])[], chosen: string): HTMLSelectElement {
  const rows = options.map(([value, words]) => element("option", { value, selected: value === chosen }, words));
  return element("select", { name, "data-focus": name, "aria-label": label }, ...rows);
}

function drawPlace({ words }: GameScene, { me, status, period }: Board): Child {
  if (status === "UPDATING") return null;
  if (!me) return period.current && element("p", { class: "place waiting-place" }, words.get("board.first_points"));
  const { rank, scoreText, percentile } = me;
  const share = percentile !== null && percentile > 0 && element("span", {}, element("b", {}, words.get("percent", { percent: words.number(percentile) })), element("small", {}, words.get("board.top")));
  return element(
    "div",
    { class: "place cheers" },
    rank !== null && element("span", {}, element("b", {}, words.get("board.rank", { rank: words.number(rank) })), element("small", {}, words.get("board.your_rank"))),
    element("span", {}, element("b", {}, scoreText), element("small", {}, words.get("board.score"))),
    share,
  );
}

function drawUpdating({ words }: GameScene, store: BoardStore): HTMLElement {
  setTimeout(() => notice.isConnected && void store.refresh(), UPDATING_MS);
  const notice = element("div", { class: "empty", role: "status" }, element("span", { class: "spinner" }), element("strong", {}, words.get("board.updating")), words.get("board.updating_means"));
  return notice;
}

function drawTable(scene: GameScene, { top, around, title }: Board): HTMLElement {
  const { words } = scene;
  if (top.length === 0) return element("p", { class: "empty" }, goalPicture("podium"), words.get("board.empty"));
  return drawRows(scene, words.get("board.table", { board: title }), pieced(top, around));
}

/** The first rows, and those around the shopper where they are further down: a gap stands for what is between. */
export function pieced(top: readonly Row[], around: readonly Row[]): readonly (Row | "gap")[] {
  const last = top.at(-1);
  if (!last || top.some(({ isMe }) => isMe) || around.length === 0) return top;
  const met = around.findIndex(({ rank, handle, scoreText }) => rank === last.rank && handle === last.handle && scoreText === last.scoreText);
  return met < 0 ? [...top, "gap", ...around] : [...top, ...around.slice(met + 1)];
}

function drawFriends(scene: GameScene, { friends, title }: Board): HTMLElement {
  const { words } = scene;
  const rows = friends.some(({ isMe }) => !isMe) ? drawRows(scene, words.get("friends.table", { board: title }), friends) : element("p", { class: "small-print" }, words.get("friends.none"));
  return section(words.get("friends.title"), rows, button(words.get("friends.manage"), "link", "friends", () => scene.go(friendsView())));
}

/** Sentences about what counts, or what can be won. */
export function drawRules(_scene: GameScene, sentences: readonly string[], title: string): Child {
  if (sentences.length === 0) return null;
  return section(title, element("ul", { class: "rules" }, ...sentences.map((each) => element("li", {}, each))));
}
