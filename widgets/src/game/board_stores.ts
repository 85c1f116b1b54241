/** What the open panel knows about one board, one league, and the shopper's friends. */

import type { Settled } from "../answer_store.ts";
import { LiveStore } from "../live_store.ts";
import type { Session } from "../session.ts";
import type { BoardAnswer, FriendsAnswer, LeagueAnswer, Quarantine } from "./board_model.ts";

/** A board or a league: what one takes part in, under a name of one's own. */
export interface Contest {
  optIn(displayName: string): Promise<Settled>;
  optOut(): Promise<Settled>;
  appeal(quarantine: Quarantine, text: string): Promise<Settled>;
}

export class BoardStore extends LiveStore<BoardAnswer> implements Contest {
  /** Null for the running period; "" for everybody. */
  private period: string | null = null;
  private segment = "";

  constructor(
    session: Session,
    readonly handle: string,
  ) {
    super(session, LEADERBOARD_DOCUMENT_ID);
  }

  override begin(): void {
    [this.period, this.segment] = [null, ""];
  }

  choose(period: string | null, segment: string): Promise<void> {
    [this.period, this.segment] = [period, segment];
    return this.refresh();
  }

  optIn(displayName: string): Promise<Settled> {
    return this.wish(LEADERBOARD_OPT_IN_DOCUMENT_ID, { handle: this.handle, displayName });
  }

  optOut(): Promise<Settled> {
    return this.wish(LEADERBOARD_OPT_OUT_DOCUMENT_ID, { handle: this.handle });
  }

  appeal({ id }: Quarantine, text: string): Promise<Settled> {
    return this.wish(QUARANTINE_APPEAL_DOCUMENT_ID, { quarantineId: id, text });
  }

  protected override variables(): object {
    return { handle: this.handle, period: this.period, segment: this.segment || null };
  }
}

export class LeagueStore extends LiveStore<LeagueAnswer> implements Contest {
  constructor(
    session: Session,
    readonly handle: string,
  ) {
    super(session, LEAGUE_DOCUMENT_ID);
  }

  optIn(displayName: string): Promise<Settled> {
    return this.wish(LEAGUE_OPT_IN_DOCUMENT_ID, { handle: this.handle, displayName });
  }

  optOut(): Promise<Settled> {
    return this.wish(LEAGUE_OPT_OUT_DOCUMENT_ID, { handle: this.handle });
  }

  appeal({ id }: Quarantine, text: string): Promise<Settled> {
    return this.wish(QUARANTINE_APPEAL_DOCUMENT_ID, { quarantineId: id, text });
  }

  protected override variables(): object {
    return { handle: this.handle };
  }
}

export class FriendStore extends LiveStore<FriendsAnswer> {
  constructor(session: Session) {
    super(session, FRIENDS_DOCUMENT_ID);
  }

  add(code: string): Promise<Settled> {
    return this.wish(FRIEND_ADD_DOCUMENT_ID, { code });
  }

  remove(friendId: string): Promise<Settled> {
    return this.wish(FRIEND_REMOVE_DOCUMENT_ID, { friendId });
  }
}
