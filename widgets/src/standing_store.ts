/** What the open panel knows about tiers and memberships, and what the shopper does with theirs. */

import { AnswerStore, type Settled } from "./answer_store.ts";
import type { Session } from "./session.ts";
import type { ChangeQuote, Membership, MyTier, Plan, StandingAnswer } from "./standing_model.ts";

export type When = "NOW" | "AT_END";

/** Emits `risen`, after `change`, with the name of a higher tier that was reached meanwhile. */
export class StandingStore extends AnswerStore<StandingAnswer> {
  constructor(session: Session) {
    super(session, STANDING_DOCUMENT_ID);
  }

  get plans(): readonly Plan[] {
    return this.answer?.program?.plans ?? [];
  }

  /** The shopper's, those that count first: the API orders them. */
  get memberships(): readonly Membership[] {
    return this.answer?.me?.memberships ?? [];
  }

  membership(planId: string): Membership | undefined {
    return this.memberships.find(({ plan }) => plan.id === planId);
  }

  plan(id: string): Plan | undefined {
    return this.plans.find((plan) => plan.id === id) ?? this.membership(id)?.plan;
  }

  cancel(planId: string, when: When, idempotencyKey: string): Promise<Settled> {
    return this.wish(MEMBERSHIP_CANCEL_DOCUMENT_ID, { planId, when, idempotencyKey });
  }

  /** What it would cost to go over to another plan; null where that is impossible, or no answer came. */
  async quote(planId: string, toPlanId: string): Promise<ChangeQuote | null> {
    type Row = { readonly plan: { readonly id: string }; readonly changeQuote: ChangeQuote | null };
    const answer = await this.ask<{ me: { memberships: readonly Row[] } | null }>(MEMBERSHIP_CHANGE_QUOTE_DOCUMENT_ID, { planId: toPlanId });
    return answer?.me?.memberships.find(({ plan }) => plan.id === planId)?.changeQuote ?? null;
  }

  change(planId: string, toPlanId: string, when: When, idempotencyKey: string): Promise<Settled> {
    return this.wish(MEMBERSHIP_CHANGE_PLAN_DOCUMENT_ID, { planId, toPlanId, when, idempotencyKey });
  }

  pause(planId: string, until: string, idempotencyKey: string): Promise<Settled> {
    return this.wish(MEMBERSHIP_PAUSE_DOCUMENT_ID, { planId, until, idempotencyKey });
  }

  /** Goes on after a pause, and takes a scheduled cancellation back. */
  resume(planId: string, idempotencyKey: string): Promise<Settled> {
    return this.wish(MEMBERSHIP_RESUME_DOCUMENT_ID, { planId, idempotencyKey });
  }

  /** A step up is news; the first answer has nothing to compare with. */
  protected override arrived({ me, program }: StandingAnswer, before: StandingAnswer | null): void {
    const place = (tier: MyTier | null | undefined): number => program?.tiers.findIndex(({ handle }) => handle === tier?.handle) ?? -1;
    const [old, now] = [before?.me?.tier, me?.tier];
    if (old && now && before?.me?.id === me?.id && place(now) > place(old)) this.dispatchEvent(new CustomEvent("risen", { detail: now.name }));
  }
}
