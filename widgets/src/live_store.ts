/** An answer that is asked for again whenever something of the shopper's changed. */

import { AnswerStore } from "./answer_store.ts";

/** Asks once more where the answer that is on its way may be older than the question. */
export abstract class LiveStore<Answer> extends AnswerStore<Answer> {
  /** Its page is opened: what was chosen on it before is forgotten. */
  begin(): void {}

  override async refresh(): Promise<void> {
    await this.loading;
    return super.refresh();
  }
}
