/** Baked in by the build: the SHA-256 of the bytes of the files in `graphql/operations` that the widgets send. */
declare const PANEL_DOCUMENT_ID: string;
declare const PRODUCT_DOCUMENT_ID: string;
declare const REWARDS_DOCUMENT_ID: string;
declare const QUOTE_DOCUMENT_ID: string;
declare const REDEEM_DOCUMENT_ID: string;
declare const CANCEL_DOCUMENT_ID: string;
declare const MEMBER_DOCUMENT_ID: string;
declare const STANDING_DOCUMENT_ID: string;
declare const MEMBERSHIP_CANCEL_DOCUMENT_ID: string;
declare const MEMBERSHIP_PAUSE_DOCUMENT_ID: string;
declare const MEMBERSHIP_RESUME_DOCUMENT_ID: string;
declare const MEMBERSHIP_CHANGE_PLAN_DOCUMENT_ID: string;
declare const MEMBERSHIP_CHANGE_QUOTE_DOCUMENT_ID: string;
declare const GAME_DOCUMENT_ID: string;
declare const LEADERBOARD_DOCUMENT_ID: string;
declare const LEAGUE_DOCUMENT_ID: string;
declare const FRIENDS_DOCUMENT_ID: string;
declare const CHALLENGE_JOIN_DOCUMENT_ID: string;
declare const CHALLENGE_LEAVE_DOCUMENT_ID: string;
declare const STREAK_REPAIR_DOCUMENT_ID: string;
declare const STREAK_PAUSE_DOCUMENT_ID: string;
declare const LEADERBOARD_OPT_IN_DOCUMENT_ID: string;
declare const LEADERBOARD_OPT_OUT_DOCUMENT_ID: string;
declare const LEAGUE_OPT_IN_DOCUMENT_ID: string;
declare const LEAGUE_OPT_OUT_DOCUMENT_ID: string;
declare const QUARANTINE_APPEAL_DOCUMENT_ID: string;
declare const FRIEND_ADD_DOCUMENT_ID: string;
declare const FRIEND_REMOVE_DOCUMENT_ID: string;
declare const OFFERS_DOCUMENT_ID: string;
declare const OFFER_CLAIM_DOCUMENT_ID: string;
declare const OFFER_QUOTE_DOCUMENT_ID: string;

declare module "*.css" {
  const styles: string;
  export default styles;
}
