import assert from "node:assert/strict";
import { test } from "node:test";
import { givesText } from "../../widgets/src/game/badge_page.ts";
import type { Row } from "../../widgets/src/game/board_model.ts";
import { pieced } from "../../widgets/src/game/board_page.ts";
import { newsText, progressOf } from "../../widgets/src/game/home.ts";
import type { GameAnswer, MyChallenge } from "../../widgets/src/game/model.ts";
import { untilText } from "../../widgets/src/game/moments.ts";
import { newsOf } from "../../widgets/src/game/news.ts";
import { zoneText } from "../../widgets/src/game/streaks_page.ts";
import { wordsFor } from "../../widgets/src/game/words.ts";
import { Texts } from "../../widgets/src/texts.ts";

type Member = NonNullable<GameAnswer["me"]>;

const words = wordsFor("en-GB");

function member(changes: Partial<Member> = {}, id = "gid://laurel/Member/1"): Member {
  return { id, credentialIdentity: "laurel-6f1c", level: null, badges: [], badgeProgress: [], challenges: [], streaks: [], ...changes };
}

function badges(number: number, times = 1): Member["badges"] {
  const levels = [1, 2, 3].map((each) => ({ number: each, name: ["Bronze", "Silver", "Gold"][each - 1], points: 0, experience: 0, text: "", artworkUrl: "" }));
  const badge = { handle: "regular", title: "Regular", description: "", artworkUrl: "", howText: "", levels };
  return [{ badge, level: levels[number - 1], earnedAt: "", times, credential: null }] as unknown as Member["badges"];
}

function streak(length: number): Member["streaks"] {
  return [{ streak: { handle: "weekly", title: "Coffee every week", unit: "WEEK" }, length }] as unknown as Member["streaks"];
}

function row(rank: number, handle: string, isMe = false): Row {
  return { rank, scoreText: String(1000 - rank), handle, isMe, isFriend: false };
}

test("given answers one after the other, when they are compared, then what grew is news once and what was lost is none", () => {
  const told = (me: Member): string[] => newsOf(me).map((news) => newsText({ words }, news));
  assert.deepEqual(told(member({ badges: badges(1) })), []);
  assert.deepEqual(told(member({ badges: badges(1), streaks: streak(1) })), []);
  assert.deepEqual(told(member({ badges: badges(2), streaks: streak(2) })), [
    "You earned Silver of the badge \u201cRegular\u201d.",
    "Your streak \u201cCoffee every week\u201d: 2 weeks in a row.",
  ]);
  assert.deepEqual(told(member({ badges: badges(2), streaks: streak(2) })), []);
  assert.deepEqual(told(member({ badges: badges(1), streaks: streak(0) })), []);
  assert.deepEqual(told(member({ badges: badges(1, 2) })), ["You earned Bronze of the badge \u201cRegular\u201d."]);
  assert.deepEqual(told(member({ badges: badges(3) }, "gid://laurel/Member/2")), []);
  const now = Date.UTC(2026, 10, 22, 12);
  const recent = badges(3).map((each) => ({ ...each, earnedAt: "2026-11-22T11:00:01Z" }));
  assert.deepEqual(newsOf(member({ badges: recent }, "gid://laurel/Member/3"), now).map(({ handle }) => handle), ["regular"]);
  assert.deepEqual(newsOf(member({ badges: recent }, "gid://laurel/Member/4"), now + 1_000), []);
});

test("given a challenge, when its bar is drawn, then every step counts the same and the community has one bar", () => {
  const steps = [100, 50, 0].map((percent) => ({ progress: { percent } }));
  const challenge = (changes: object): MyChallenge => ({ steps, community: null, ...changes }) as unknown as MyChallenge;
  assert.deepEqual(progressOf(challenge({})), { value: 150, most: 300 });
  assert.deepEqual(progressOf(challenge({ steps: [] })), { value: 0, most: 100 });
  assert.deepEqual(progressOf(challenge({ community: { progress: { percent: 62 } } })), { value: 62, most: 100 });
});

test("given a place further down, when the table is put together, then nobody stands in it twice and a gap is shown", () => {
  const top = [row(1, "Ada"), row(2, "Moka"), row(2, "Noor")];
  assert.deepEqual(pieced(top, []), top);
  assert.deepEqual(pieced([row(1, "Ada", true)], [row(1, "Ada", true)]), [row(1, "Ada", true)]);
  assert.deepEqual(pieced(top, [row(8, "Sol"), row(9, "Me", true)]), [...top, "gap", row(8, "Sol"), row(9, "Me", true)]);
  const tied = [row(2, "Moka"), row(2, "Noor"), row(2, "Me", true), row(5, "Sol")];
  assert.deepEqual(pieced(top, tied), [...top, row(2, "Me", true), row(5, "Sol")]);
});

test("given an end, when the time until it is told, then it is never told longer than it is", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const until = (milliseconds: number): string => untilText(new Date(now + milliseconds).toISOString(), "en", now);
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
  assert.equal(until(3 * day - 1), "in 2 days");
  assert.equal(until(2 * day - 1), "in 47 hours");
  assert.equal(until(2 * hour - 1), "in 119 minutes");
  assert.equal(until(minute - 1), "in 0 minutes");
  assert.equal(until(-day), "in 0 minutes");
});

test("given what a goal gives, when it is told, then nothing that is zero is", () => {
  const texts = new Texts({ "points.one": "[count] point", "points.other": "[count] points" }, "en");
  const gives = (points: number, experience: number): string => givesText({ words, texts }, { points, experience });
  assert.equal(gives(1_000, 50), "+1,000 points, +50 XP");
  assert.equal(gives(0, 0), "");
});

test("given a zone, when it is named, then people understand it, and one that nobody knows keeps its name", () => {
  assert.equal(zoneText("America/New_York", "en"), "Eastern Time");
  assert.equal(zoneText("Nowhere/At_All", "en"), "Nowhere/At_All");
});

test("given a language, when the game speaks, then Chinese is Chinese and all others fall back to English", () => {
  assert.equal(wordsFor("zh-TW").get("badges.title"), "徽章");
  assert.equal(wordsFor("zh-CN").counted("span.DAY", 2), "2 天");
  assert.equal(wordsFor("pl").get("badges.title"), "Badges");
});
