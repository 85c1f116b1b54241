/** What the open panel knows about rewards and redemptions, and what the shopper does with them. */

import { AnswerStore } from "./answer_store.ts";
import { forget, keyOf, remember, type Intent } from "./intents.ts";
import type { Outcome, Quote, Redemption, Reward, RewardsAnswer, UserError } from "./rewards_model.ts";
import type { Session } from "./session.ts";

interface Payload {
  readonly redemption?: Redemption | null;
  readonly userErrors: readonly UserError[];
}

const UNANSWERED: Outcome = { redemption: null, problem: null, answered: false };

export class RewardStore extends AnswerStore<RewardsAnswer> {
  /** Redemptions that a mutation told of before the list did. */
  private readonly told = new Map<string, Redemption>();

  constructor(session: Session) {
    super(session, REWARDS_DOCUMENT_ID);
  }

  get redemptions(): readonly Redemption[] {
    const listed = this.answer?.me?.redemptions.nodes ?? [];
    const ids = new Set(listed.map(({ id }) => id));
    return [...[...this.told.values()].filter(({ id }) => !ids.has(id)).reverse(), ...listed];
  }

  reward(id: string): Reward | undefined {
    return this.answer?.rewards.nodes.find((reward) => reward.id === id);
  }

  redemption(id: string): Redemption | undefined {
    return this.redemptions.find((redemption) => redemption.id === id);
  }

  /** What so many points would buy; null when no answer came. */
  async quote(id: string, points: number): Promise<Quote | null> {
    const answer = await this.ask<{ reward: { quote: Quote } | null }>(QUOTE_DOCUMENT_ID, { id, points });
    return answer?.reward?.quote ?? null;
  }

  async redeem(intent: Intent, points: number | null): Promise<Outcome> {
    remember(intent);
    const input = { rewardId: intent.rewardId, points, idempotencyKey: keyOf(intent, points) };
    const answer = await this.ask<{ rewardRedeem: Payload }>(REDEEM_DOCUMENT_ID, { input });
    if (answer) forget(intent);
    return this.settle(answer?.rewardRedeem);
  }

  /** Gives an unused redemption back. Asking again changes nothing. */
  async cancel(redemptionId: string): Promise<Outcome> {
    const answer = await this.ask<{ redemptionCancel: Payload }>(CANCEL_DOCUMENT_ID, { input: { redemptionId } });
    return this.settle(answer?.redemptionCancel);
  }

  async setBirthday(month: number, day: number): Promise<Outcome> {
    const input = { birthday: { month, day } };
    const answer = await this.ask<{ memberUpdate: Payload }>(MEMBER_DOCUMENT_ID, { input });
    return this.settle(answer?.memberUpdate);
  }

  private async settle(payload: Payload | undefined): Promise<Outcome> {
    if (!payload) return UNANSWERED;
    const redemption = payload.redemption ?? null;
    if (redemption) this.told.set(redemption.id, redemption);
    await Promise.all([this.session.refresh(), this.refresh()]);
    return { redemption, problem: payload.userErrors[0]?.message ?? null, answered: true };
  }

  protected override arrived(answer: RewardsAnswer): void {
    for (const { id } of answer.me?.redemptions.nodes ?? []) this.told.delete(id);
  }
}
