/** What `graphql/operations/game.graphql` answers: goals of the game and how far the shopper has come, worded by the API. */

export interface Progress {
  /** 0 to 100, for bars. */
  readonly percent: number;
  readonly text: string;
  /** What is left to do; empty when it is done. */
  readonly missingText: string;
}

export interface BadgeStep {
  readonly number: number;
  /** "Bronze"; empty where a badge has no levels. */
  readonly name: string;
  /** The badge's picture with the rim of this level. */
  readonly artworkUrl: string;
  readonly points: number;
  readonly experience: number;
  readonly text: string;
}

export interface BadgeHead {
  readonly handle: string;
  readonly title: string;
  readonly description: string;
  readonly artworkUrl: string;
  readonly howText: string;
  readonly levels: readonly BadgeStep[];
}

/** A badge that the shopper has, at its highest level. */
export interface EarnedBadge {
  readonly badge: BadgeHead;
  readonly level: BadgeStep;
  readonly earnedAt: string;
  readonly times: number;
  readonly credential: { readonly url: string; readonly svgUrl: string } | null;
}

/** A badge, or a level of one, that is still to be earned. */
export interface BadgeGoal {
  readonly badge: BadgeHead;
  readonly level: BadgeStep;
  readonly progress: Progress;
  readonly windowEndsAt: string | null;
  readonly lockedBy: readonly { readonly handle: string; readonly title: string }[];
  readonly message: string;
}

export interface ChallengeHead {
  readonly handle: string;
  readonly title: string;
  readonly description: string;
  readonly artworkUrl: string;
  readonly scope: "INDIVIDUAL" | "COMMUNITY";
  readonly inSequence: boolean;
  readonly points: number;
  readonly experience: number;
}

export interface ChallengeStep {
  readonly handle: string;
  readonly title: string;
  readonly progress: Progress;
  readonly doneAt: string | null;
  /** The step before it is not finished. */
  readonly locked: boolean;
}

export interface MyChallenge {
  readonly challenge: ChallengeHead;
  readonly state: "UPCOMING" | "OPEN" | "JOINED" | "COMPLETED" | "MISSED";
  readonly steps: readonly ChallengeStep[];
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  readonly completedAt: string | null;
  readonly canJoin: boolean;
  readonly canLeave: boolean;
  /** Everybody together, and what the shopper gave of the least that counts. */
  readonly community: { readonly progress: Progress; readonly mine: string; readonly mineText: string; readonly minimum: string; readonly minimumText: string } | null;
  readonly message: string;
}

export type UnitState = "DONE" | "FROZEN" | "QUIET" | "REPAIRED" | "MISSED" | "OPEN";

export interface MyStreak {
  readonly streak: {
    readonly handle: string;
    readonly title: string;
    readonly description: string;
    readonly unit: string;
    readonly howText: string;
    readonly freezesMaximum: number;
  };
  readonly length: number;
  readonly best: number;
  readonly unitDone: boolean;
  readonly endsAt: string | null;
  readonly freezes: number;
  readonly repairableUntil: string | null;
  readonly pausedFrom: string | null;
  readonly pausedTo: string | null;
  /** How many units may still be planned away this year. */
  readonly quietLeft: number;
  readonly next: { readonly length: number; readonly title: string; readonly points: number; readonly experience: number; readonly missing: number } | null;
  readonly history: readonly { readonly startsOn: string; readonly state: UnitState }[];
  readonly timeZone: string;
  readonly message: string;
}

export interface MyLevel {
  readonly level: number;
  readonly title: string;
  readonly experience: number;
  readonly nextTitle: string | null;
  readonly nextAt: number | null;
  readonly percent: number;
  readonly message: string;
}

export interface BoardHead {
  readonly handle: string;
  readonly title: string;
  readonly status: "LIVE" | "UPDATING";
  readonly total: number | null;
  readonly joined: boolean;
  /** The name that the shopper chose for it. */
  readonly displayName: string | null;
  readonly me: { readonly rank: number | null; readonly scoreText: string } | null;
  readonly quarantine: { readonly id: string } | null;
}

export type Zone = "PROMOTION" | "STAY" | "DEMOTION";

export interface LeagueHead {
  readonly handle: string;
  readonly title: string;
  /** Of the running week; null before the first one. */
  readonly endsAt: string | null;
  readonly joined: boolean;
  readonly displayName: string | null;
  readonly me: { readonly step: { readonly title: string }; readonly rank: number | null; readonly size: number; readonly zone: Zone } | null;
}

export interface GameAnswer {
  readonly me: {
    readonly id: string;
    /** Who the shopper is in the credentials of all badges: it proves that they are theirs, and tells nothing else. */
    readonly credentialIdentity: string;
    readonly level: MyLevel | null;
    readonly badges: readonly EarnedBadge[];
    readonly badgeProgress: readonly BadgeGoal[];
    readonly challenges: readonly MyChallenge[];
    readonly streaks: readonly MyStreak[];
  } | null;
  readonly program: { readonly badges: readonly BadgeHead[]; readonly challenges: readonly ChallengeHead[] } | null;
  readonly leaderboards: readonly BoardHead[];
  readonly leagues: readonly LeagueHead[];
}
