/**
 * What was reached since this tab last looked: goals are often reached between two pages, such as the checkout and the
 * thanks for it. To a tab that knows nothing of the member, badges and challenges of the last hour are news.
 */

import type { GameAnswer, MyStreak } from "./model.ts";

const MEMORY = "laurel.game";
/** More than the levels of a badge: once more counts for more than any level. */
const ONCE_MORE = 10;
const RECENT_MS = 60 * 60_000;
let memory: Seen | null = null;

export interface News {
  readonly kind: "badge" | "challenge" | "level" | "streak";
  readonly handle: string;
  /** It is news where it grew; what was lost is none, and a streak of one is none yet. */
  readonly size: number;
  readonly title: string;
  /** Which level of a badge, "" where it has only one. */
  readonly level: string;
  readonly artworkUrl: string;
  /** What a streak counts, null of anything else. */
  readonly unit: MyStreak["streak"]["unit"] | null;
  /** When it was reached, where that is known. */
  readonly at: string | null;
}

interface Seen {
  readonly owner?: string;
  readonly sizes?: Readonly<Record<string, number>>;
}

type Member = NonNullable<GameAnswer["me"]>;

/** The news in an answer; remembers the answer, so that they are news only once. */
export function newsOf(me: Member, now: number = Date.now()): readonly News[] {
  const reached = reachedBy(me);
  const { owner, sizes } = recalled();
  store({ owner: me.id, sizes: Object.fromEntries(reached.map((one) => [nameOf(one), one.size])) });
  if (owner !== me.id) return reached.filter(({ at }) => at && now - Date.parse(at) < RECENT_MS);
  return reached.filter((one) => one.size > (sizes?.[nameOf(one)] ?? 0));
}

/** All that the shopper has reached, what is worth most words first. */
function reachedBy({ badges, challenges, level, streaks }: Member): readonly News[] {
  const completed = challenges.filter(({ completedAt }) => completedAt);
  return [
    ...badges.map(({ badge: { handle, title, levels }, level: { number, name, artworkUrl }, times, earnedAt: at }): News => {
      return { kind: "badge", handle, size: times * ONCE_MORE + number, title, level: levels.length > 1 ? name : "", artworkUrl, unit: null, at };
    }),
    ...completed.map(({ challenge: { handle, title, artworkUrl }, completedAt }): News => {
      return { kind: "challenge", handle, size: Date.parse(completedAt ?? ""), title, level: "", artworkUrl, unit: null, at: completedAt };
    }),
    ...(level ? [{ kind: "level" as const, handle: "", size: level.level, title: level.title, level: "", artworkUrl: "", unit: null, at: null }] : []),
    ...streaks.filter(({ length }) => length > 1).map(({ streak: { handle, title, unit }, length }): News => {
      return { kind: "streak", handle, size: length, title, level: "", artworkUrl: "", unit, at: null };
    }),
  ];
}

function nameOf({ kind, handle }: News): string {
  return `${kind} ${handle}`;
}

function recalled(): Seen {
  try {
    return memory ?? (JSON.parse(sessionStorage.getItem(MEMORY) ?? "{}") as Seen);
  } catch {
    return {};
  }
}

function store(seen: Seen): void {
  memory = seen;
  try {
    sessionStorage.setItem(MEMORY, JSON.stringify(seen));
  } catch {
    // Storage is off or full: this page still remembers.
  }
}
