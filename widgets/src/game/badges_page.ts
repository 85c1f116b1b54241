/** All badges: those that the shopper has, and those that are still to be earned with the way that is left. */

import { element, type Child } from "../elements.ts";
import { button, heading, page, section } from "../panel_page.ts";
import { drawBar, drawWaiting, picture, type GameScene } from "./game_scene.ts";
import { levelMark } from "./level.ts";
import type { BadgeGoal, BadgeHead, EarnedBadge } from "./model.ts";
import { goalPicture } from "./pictures.ts";
import { badgeView } from "./views.ts";

const ART = 84;

export function drawBadges(scene: GameScene): DocumentFragment {
  const { words, goals } = scene;
  const title = words.get("badges.title");
  if (!goals.answer) return drawWaiting(scene, title, goals);
  const { me, program } = goals.answer;
  const head = heading(scene, title);
  if (!me) return page(head, [section(words.get("badges.ahead"), drawGrid((program?.badges ?? []).map((badge) => drawOpen(scene, badge)))), drawInvitation(scene)]);
  const open = me.badgeProgress.filter(({ badge }) => !goals.earned(badge.handle));
  return page(head, [
    drawLevel(scene),
    section(me.badges.length > 0 ? words.counted("badges.yours", me.badges.length) : title, me.badges.length > 0 ? drawGrid(me.badges.map((each) => drawEarned(scene, each))) : drawNone(scene, open[0])),
    open.length > 0 && section(words.get("badges.ahead"), drawGrid(open.map((goal) => drawOpen(scene, goal.badge, goal)))),
  ]);
}

/** Who is no member yet is told how to become one. */
export function drawInvitation({ words, links, texts }: GameScene): Child {
  const join = links.join && element("a", { class: "pill invitation", href: links.join, "data-focus": "join" }, texts.get("panel.join"));
  return element("div", { class: "invite" }, element("p", {}, words.get("invite")), join);
}

function drawLevel(scene: GameScene): Child {
  const { words, goals } = scene;
  const level = goals.answer?.me?.level;
  if (!level) return null;
  const { experience, nextTitle, nextAt, percent, message } = level;
  const name = level.level > 0 ? level.title : words.get("level.none");
  const ends = element("span", { class: "bar-ends" }, words.counted("experience", experience), element("span", {}, nextTitle ? `${nextTitle} \u00b7 ${words.number(nextAt ?? 0)}` : ""));
  const own = element("div", {}, element("strong", {}, name), element("small", {}, message));
  return element("div", { class: "level-card" }, levelMark(scene, level), own, element("div", { class: "level-bar" }, drawBar(words.get("level.name"), message, percent), ends));
}

function drawNone(scene: GameScene, nearest: BadgeGoal | undefined): HTMLElement {
  const words = nearest ? `${scene.words.get("badges.none")} ${nearest.badge.howText}` : scene.words.get("badges.none");
  return element("div", { class: "empty" }, goalPicture("badge"), words);
}

function drawGrid(items: readonly HTMLElement[]): HTMLElement {
  return element("ul", { class: "badges" }, ...items);
}

function drawEarned(scene: GameScene, { badge, level, times }: EarnedBadge): HTMLElement {
  const { words, news } = scene;
  const fresh = news.some(({ kind, handle }) => kind === "badge" && handle === badge.handle);
  const more = times > 1 && element("span", { class: "times" }, `\u00d7${words.number(times)}`);
  const name = element("small", {}, badge.levels.length > 1 ? level.name : "");
  return drawItem(scene, { ...badge, artworkUrl: level.artworkUrl }, fresh ? "medal-item got fresh-item" : "medal-item got", more, drawPips(badge, level.number), name);
}

function drawOpen(scene: GameScene, badge: BadgeHead, goal?: BadgeGoal): HTMLElement {
  const locked = goal && goal.lockedBy.length > 0;
  const left = goal && element("small", {}, locked ? scene.words.get("badges.locked") : goal.progress.missingText);
  return drawItem(scene, badge, "medal-item", null, goal && !locked && drawBar(badge.title, goal.progress.text, goal.progress.percent), left);
}

function drawItem(scene: GameScene, badge: BadgeHead, kind: string, ...parts: Child[]): HTMLElement {
  const { handle, title, artworkUrl } = badge;
  const open = button(title, "medal-open", `badge:${handle}`, () => scene.go(badgeView(handle)));
  return element("li", { class: kind }, picture(artworkUrl, ART), open, ...parts);
}

/** One dot for each level, filled as far as the shopper has come. */
export function drawPips({ levels }: BadgeHead, reached: number): Child {
  if (levels.length < 2) return null;
  return element("span", { class: "pips", "aria-hidden": "true" }, ...levels.map(({ number }) => element("i", { class: number <= reached ? "pip on" : "pip" })));
}
