/** One badge: its picture, when it was earned, its levels, what is next, and the credential to keep or to share. */

import { copyButton } from "../code.ts";
import { element, safeLink, type Child } from "../elements.ts";
import { dayText } from "../formats.ts";
import { button, facts, heading, page, section } from "../panel_page.ts";
import { sign } from "../symbols.ts";
import { drawInvitation } from "./badges_page.ts";
import { drawBar, drawWaiting, picture, type GameScene } from "./game_scene.ts";
import type { BadgeGoal, BadgeHead, BadgeStep, EarnedBadge } from "./model.ts";
import { countdown, untilText } from "./moments.ts";
import { goalPicture } from "./pictures.ts";
import { badgeView, type BadgeView } from "./views.ts";

const ART = 152;

export function drawBadge(scene: GameScene, { handle }: BadgeView): DocumentFragment {
  const { words, goals } = scene;
  if (!goals.answer) return drawWaiting(scene, words.get("badges.title"), goals);
  const [earned, goal] = [goals.earned(handle), goals.goal(handle)];
  const badge = earned?.badge ?? goal?.badge ?? goals.answer.program?.badges.find((each) => each.handle === handle);
  const head = heading(scene, words.get("badges.single"));
  if (!badge) return page(head, [element("p", { class: "empty" }, words.get("badges.gone"))]);
  return page(head, [
    drawShowcase(scene, badge, earned),
    goal && drawNext(scene, goal, earned),
    !goals.answer.me && drawInvitation(scene),
    badge.levels.length > 1 && section(words.get("badges.levels"), drawSteps(scene, badge.levels, earned?.level.number ?? 0)),
    badge.levels.length === 1 && drawGives(scene, badge.levels[0]),
    earned && drawCredential(scene, earned),
  ]);
}

function drawShowcase({ words, texts }: GameScene, badge: BadgeHead, earned: EarnedBadge | undefined): HTMLElement {
  const art = picture(earned?.level.artworkUrl ?? badge.artworkUrl, ART);
  const level = earned && badge.levels.length > 1 && element("span", { class: "status" }, earned.level.name);
  const when = earned && words.get("badges.earned", { date: dayText(earned.earnedAt, texts.locale) });
  const times = earned && earned.times > 1 && ` \u00b7 ${words.counted("badges.times", earned.times)}`;
  return element(
    "div",
    { class: earned ? "showcase got" : "showcase" },
    art,
    element("h3", { tabindex: "-1", "data-focus": "heading" }, badge.title),
    level,
    when && element("p", { class: "dates" }, when, times),
    badge.description && element("p", {}, badge.description),
    !earned && element("p", { class: "how" }, badge.howText),
  );
}

function drawNext(scene: GameScene, { badge, level, progress, message, windowEndsAt, lockedBy }: BadgeGoal, earned: EarnedBadge | undefined): HTMLElement {
  const { words, texts } = scene;
  const title = level.name && earned ? words.get("badges.next_level", { level: level.name }) : words.get("badges.way");
  const ends = windowEndsAt && element("p", { class: "any" }, countdown(() => words.get("ends", { when: untilText(windowEndsAt, texts.locale) })));
  const keys = lockedBy.map(({ handle, title: name }) => button(name, "link", `key:${handle}`, () => scene.go(badgeView(handle))));
  const lock = keys.length > 0 && element("p", { class: "lock" }, sign("lock"), element("span", {}, words.get("badges.first"), ...keys.flatMap((key) => [" ", key])));
  const line = element("div", { class: "measure" }, element("strong", {}, message), element("span", {}, progress.text), drawBar(badge.title, progress.text, progress.percent));
  return section(title, element("div", {}, lock, line, ends));
}

function drawSteps({ words, texts }: GameScene, levels: readonly BadgeStep[], reached: number): HTMLElement {
  const rows = levels.map((level) => {
    const done = level.number <= reached;
    const gives = givesText({ words, texts }, level);
    return element(
      "li",
      { class: done ? "rung on" : "rung" },
      element("span", { class: "rung-mark" }, done ? sign("check") : words.number(level.number)),
      element("div", {}, element("strong", {}, level.name), element("small", {}, [level.text, gives].filter(Boolean).join(" \u00b7 "))),
      done && element("span", { class: "quiet" }, words.get("done")),
    );
  });
  return element("ol", { class: "rungs" }, ...rows);
}

function drawGives(scene: Pick<GameScene, "words" | "texts">, level: BadgeStep | undefined): Child {
  const gives = level && givesText(scene, level);
  return gives && facts([[scene.words.get("gives"), gives]]);
}

/** "+50 points, +20 experience", "" where there is neither. */
export function givesText({ words, texts }: Pick<GameScene, "words" | "texts">, { points, experience }: { readonly points: number; readonly experience: number }): string {
  const gives = [points > 0 && `+${texts.points(points)}`, experience > 0 && `+${words.counted("experience", experience)}`];
  return gives.filter(Boolean).join(", ");
}

/** The badge as something to show elsewhere: anybody can check that this shop gave it, and nobody sees to whom by name. */
function drawCredential(scene: GameScene, { badge, credential }: EarnedBadge): Child {
  const { words } = scene;
  const [address, file] = [safeLink(credential?.url), safeLink(credential?.svgUrl)];
  if (!address) return null;
  const share = button("", "pill icon-pill", "share", () => void shareLink(scene, badge.title, address));
  share.append(goalPicture("share"), words.get("credential.share"));
  const save = file && element("a", { class: "pill icon-pill hollow", href: file, download: `${badge.handle}.svg`, "data-focus": "save" }, goalPicture("save"), words.get("credential.save"));
  const look = element("a", { class: "link change", href: address, target: "_blank", rel: "noopener", "data-focus": "certificate" }, words.get("credential.look"));
  const told = element("p", { class: "small-print" }, words.get("credential.about"));
  return section(words.get("credential.title"), element("div", { class: "credential" }, element("div", { class: "choices" }, share, save), look, told, drawIdentity(scene)));
}

/** The name that the badge's public page asks for: who knows it proves that the badge is theirs. */
function drawIdentity(scene: GameScene): Child {
  const { words, goals } = scene;
  const code = goals.answer?.me?.credentialIdentity;
  if (!code) return null;
  const why = element("p", { class: "small-print" }, words.get("credential.identity_about"));
  return element("div", { class: "identity" }, element("strong", {}, words.get("credential.identity")), copyButton(scene, { id: "identity", code }, "small-code"), why);
}

/** Through the device's own sheet where it has one, else onto the clipboard, else as an address that can be copied. */
async function shareLink({ words, announce, redraw, part }: GameScene, title: string, url: string): Promise<void> {
  try {
    if (navigator.share) return await navigator.share({ title, url });
    await navigator.clipboard.writeText(url);
  } catch (error) {
    if ((error as Error).name === "AbortError") return;
    return part("share")?.replaceChildren(element("code", {}, url));
  }
  part("share")?.replaceChildren(sign("check"), words.get("credential.copied"));
  announce(words.get("credential.copied"));
  setTimeout(redraw, 2_500);
}
