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

declare module "*.css" {
  const styles: string;
  export default styles;
}
