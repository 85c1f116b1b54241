/**
 * One wish of the shopper is one redemption, however often it is sent. A wish's key is made from what the shopper sees
 * when they open a reward: two tabs that show the same make the same key, and the API answers both with one redemption.
 * A wish that was sent and not answered stays in the tab's storage, so that the same key is sent after a reload, too.
 */

import type { Redemption } from "./rewards_model.ts";

const MEMORY = "laurel.intents";

export interface Intent {
  readonly rewardId: string;
  /** The newest redemption that was known when the wish was formed, "" when there was none. */
  readonly after: string;
  readonly key: string;
}

/** The wish for a reward, seen by this member beside these redemptions, newest first. */
export function intentFor(memberId: string, rewardId: string, redemptions: readonly Redemption[]): Intent {
  const open = recalled().find((intent) => intent.rewardId === rewardId);
  if (open && !answerOf(open, redemptions)) return open;
  const after = redemptions[0]?.id ?? "";
  return { rewardId, after, key: ["panel", ...[memberId, rewardId, after].map(tail)].join("-") };
}

/** The key of a wish for so many points: another number is another wish. */
export function keyOf(intent: Intent, points: number | null): string {
  return points === null ? intent.key : `${intent.key}-${points}`;
}

export function remember(intent: Intent): void {
  store([...recalled().filter(({ rewardId }) => rewardId !== intent.rewardId), intent]);
}

export function forget(intent: Intent): void {
  store(recalled().filter(({ key }) => key !== intent.key));
}

/** The redemption of the same reward that came after the wish, if the list shows one: that is the wish's answer. */
export function answerOf(intent: Intent, redemptions: readonly Redemption[]): Redemption | undefined {
  const known = redemptions.findIndex(({ id }) => id === intent.after);
  const since = known < 0 ? redemptions : redemptions.slice(0, known);
  return since.findLast(({ reward }) => reward.id === intent.rewardId);
}

/** The number at the end of a global id. */
export function tail(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1) || "0";
}

function recalled(): readonly Intent[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(MEMORY) ?? "[]");
    return Array.isArray(found) ? (found as Intent[]) : [];
  } catch {
    return [];
  }
}

function store(intents: readonly Intent[]): void {
  try {
    sessionStorage.setItem(MEMORY, JSON.stringify(intents));
  } catch {
    // Storage is off or full: while the page lives, the reward's view still has its wish.
  }
}
