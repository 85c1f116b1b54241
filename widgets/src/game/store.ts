/** What the open panel knows about the game, what the shopper does in it, and what is news in it. */

import type { Settled } from "../answer_store.ts";
import { LiveStore } from "../live_store.ts";
import type { Session } from "../session.ts";
import type { BadgeGoal, EarnedBadge, GameAnswer } from "./model.ts";
import { newsOf, type News } from "./news.ts";

/** Emits `news`, after `change`, when something was reached that this tab had not shown. */
export class GameStore extends LiveStore<GameAnswer> {
  constructor(session: Session) {
    super(session, GAME_DOCUMENT_ID);
  }

  earned(handle: string): EarnedBadge | undefined {
    return this.answer?.me?.badges.find(({ badge }) => badge.handle === handle);
  }

  goal(handle: string): BadgeGoal | undefined {
    return this.answer?.me?.badgeProgress.find(({ badge }) => badge.handle === handle);
  }

  join(handle: string): Promise<Settled> {
    return this.wish(CHALLENGE_JOIN_DOCUMENT_ID, { handle });
  }

  leave(handle: string): Promise<Settled> {
    return this.wish(CHALLENGE_LEAVE_DOCUMENT_ID, { handle });
  }

  repair(handle: string): Promise<Settled> {
    return this.wish(STREAK_REPAIR_DOCUMENT_ID, { handle });
  }

  /** Both days belong to the planned absence. */
  pause(handle: string, from: string, to: string): Promise<Settled> {
    return this.wish(STREAK_PAUSE_DOCUMENT_ID, { handle, firstDay: from, lastDay: to });
  }

  chooseZone(timeZone: string): Promise<Settled> {
    return this.wish(MEMBER_DOCUMENT_ID, { timeZone });
  }

  protected override arrived({ me }: GameAnswer): void {
    const news = me ? newsOf(me) : [];
    if (news.length > 0) this.dispatchEvent(new CustomEvent<readonly News[]>("news", { detail: news }));
  }
}
