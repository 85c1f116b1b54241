/** Keeps the answer to one question, and says when there is something else to show. */

import type { UserError } from "./rewards_model.ts";
import type { Session } from "./session.ts";

/** What a wish came to: done, or why not; neither, when no answer came. */
export interface Settled {
  readonly problem: string | null;
  readonly answered: boolean;
}

type Payload = { readonly userErrors: readonly UserError[] };

/** Emits `change`. A question that fails leaves the last answer in place. */
export abstract class AnswerStore<Answer> extends EventTarget {
  answer: Answer | null = null;
  failed = false;
  private loading: Promise<void> | null = null;
  private shown = "";

  protected constructor(
    readonly session: Session,
    private readonly documentId: string,
  ) {
    super();
  }

  /** Reads everything again: once more where an answer is on its way, which may be older than the question. */
  async refresh(): Promise<void> {
    await this.loading;
    this.loading ??= this.load().finally(() => (this.loading = null));
    return this.loading;
  }

  protected ask<Data>(documentId: string, variables: object): Promise<Data | null> {
    return this.session.client.query<Data>(documentId, variables).catch(() => null);
  }

  /** Sends a mutation that says only what is in its way, and reads everything again after it. */
  protected async wish(documentId: string, input: object): Promise<Settled> {
    const answer = await this.ask<Record<string, Payload>>(documentId, { input });
    const payload = answer && Object.values(answer)[0];
    if (!payload) return { problem: null, answered: false };
    await Promise.all([this.session.refresh(), this.refresh()]);
    return { problem: payload.userErrors[0]?.message ?? null, answered: true };
  }

  /** What the question is about. */
  protected variables(): object {
    return {};
  }

  /** What else follows from an answer. */
  protected arrived(_answer: Answer, _before: Answer | null): void {}

  private async load(): Promise<void> {
    const answer = await this.ask<Answer>(this.documentId, this.variables());
    const shown = JSON.stringify(answer);
    const same = shown === this.shown && this.failed === !answer;
    this.failed = !answer;
    const before = this.answer;
    if (answer) [this.answer, this.shown] = [answer, shown];
    if (!same) this.dispatchEvent(new Event("change"));
    if (answer) this.arrived(answer, before);
  }
}
