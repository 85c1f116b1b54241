/** What the operations `leaderboard`, `league` and `friends` in `graphql/operations` answer. */

import type { Zone } from "./model.ts";

export interface Season {
  readonly key: string;
  readonly title: string;
  readonly endsAt: string | null;
  readonly current: boolean;
  /** Frozen: its ranks no longer change. */
  readonly closed: boolean;
}

export interface Row {
  readonly rank: number;
  readonly scoreText: string;
  /** The name that was chosen for boards, never another. */
  readonly handle: string;
  readonly isMe: boolean;
  readonly isFriend: boolean;
}

/** An entry of the shopper's own that nobody else sees for now. */
export interface Quarantine {
  readonly id: string;
  readonly reasonText: string;
  readonly since: string;
  readonly appeal: string | null;
  readonly appealedAt: string | null;
  readonly decision: "UPHELD" | "CLEARED" | null;
  readonly canAppeal: boolean;
}

export interface Board {
  readonly handle: string;
  readonly title: string;
  readonly description: string;
  readonly status: "LIVE" | "UPDATING";
  readonly total: number | null;
  readonly rules: readonly string[];
  readonly period: Season;
  readonly periods: readonly Season[];
  readonly segment: { readonly key: string };
  readonly segments: readonly { readonly key: string; readonly title: string }[];
  readonly prizes: readonly { readonly text: string }[];
  readonly top: readonly Row[];
  readonly around: readonly Row[];
  readonly friends: readonly Row[];
  readonly me: { readonly rank: number | null; readonly scoreText: string; readonly percentile: number | null } | null;
  readonly joined: boolean;
  readonly displayName: string | null;
  readonly quarantine: Quarantine | null;
}

/** A season that is over, and what came of it. */
export interface Result {
  /** Of the board. */
  readonly handle: string;
  readonly period: { readonly title: string };
  readonly rank: number;
  readonly scoreText: string;
  readonly entries: number;
  /** What a refund that came later left of it; the place stays. */
  readonly adjustedScoreText: string | null;
  readonly prizePoints: number;
}

export interface BoardAnswer {
  readonly me: { readonly id: string; readonly boardResults: readonly Result[] } | null;
  readonly leaderboard: Board | null;
}

export interface LeagueRow {
  readonly rank: number;
  readonly scoreText: string;
  readonly handle: string;
  readonly isMe: boolean;
  readonly zone: Zone;
}

export interface LeagueStanding {
  readonly step: { readonly position: number; readonly title: string; readonly prizes: readonly { readonly text: string }[] };
  readonly rank: number | null;
  readonly scoreText: string;
  readonly size: number;
  /** The last rank that goes up, null in the highest league. */
  readonly promotionRank: number | null;
  /** The first rank that goes down, null in the lowest league. */
  readonly demotionRank: number | null;
  readonly zone: Zone;
  readonly rows: readonly LeagueRow[];
  readonly message: string;
}

export interface League {
  readonly handle: string;
  readonly title: string;
  readonly description: string;
  readonly steps: readonly { readonly position: number; readonly title: string }[];
  readonly rules: readonly string[];
  /** Of the running week; null before the first one. */
  readonly endsAt: string | null;
  readonly joined: boolean;
  readonly displayName: string | null;
  readonly me: LeagueStanding | null;
  readonly history: readonly {
    readonly startsAt: string;
    readonly step: { readonly title: string };
    readonly rank: number | null;
    readonly scoreText: string;
    readonly outcome: "PROMOTED" | "STAYED" | "DEMOTED" | "UNRANKED" | "WITHDRAWN";
    readonly prizePoints: number;
  }[];
  readonly quarantine: Quarantine | null;
}

export interface LeagueAnswer {
  readonly league: League | null;
}

export interface FriendsAnswer {
  readonly me: {
    readonly friendCode: string;
    readonly friends: readonly { readonly id: string; readonly displayName: string | null; readonly since: string }[];
  } | null;
}
