/** The answer of a page that is asked for when the page is opened, and again whenever something of the shopper's changed. */

import { AnswerStore } from "./answer_store.ts";

export abstract class LiveStore<Answer> extends AnswerStore<Answer> {
  /** Its page is opened: what was chosen on it before is forgotten. */
  begin(): void {}
}
