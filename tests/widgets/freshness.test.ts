import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerStore } from "../../widgets/src/answer_store.ts";
import type { Client } from "../../widgets/src/client.ts";
import { Session } from "../../widgets/src/session.ts";

/** An app whose answers come when they are let go, in the order of the questions. */
class SlowApp {
  readonly waiting: ((answer: object) => void)[] = [];

  query(): Promise<object> {
    return new Promise((answered) => this.waiting.push(answered));
  }

  async answer(answer: object): Promise<void> {
    this.waiting.shift()?.(answer);
    await new Promise((done) => setImmediate(done));
  }
}

class Numbers extends AnswerStore<{ readonly number: number }> {
  constructor(session: Session) {
    super(session, "numbers");
  }
}

function started(): { readonly app: SlowApp; readonly session: Session } {
  Object.assign(globalThis, { PANEL_DOCUMENT_ID: "panel" });
  const app = new SlowApp();
  return { app, session: new Session(app as unknown as Client, true) };
}

test("given a change while an answer is on its way, when it is asked for again, then the older answer is not the last", async () => {
  const { app, session } = started();
  const numbers = new Numbers(session);

  const asked = [numbers.refresh(), numbers.refresh(), numbers.refresh()];
  await app.answer({ number: 1 });
  assert.equal(app.waiting.length, 1);
  await app.answer({ number: 2 });

  await Promise.all(asked);
  assert.deepEqual(numbers.answer, { number: 2 });
  assert.equal(app.waiting.length, 0);
});

test("given points that change while the balance is read, when it is asked for again, then it is read again", async () => {
  const { app, session } = started();
  const me = (available: number): object => ({ me: { id: "1", balance: { available }, transactions: { nodes: [] } } });

  const both = [session.refresh(), session.refresh()];
  await app.answer(me(100));
  await app.answer(me(58));

  await Promise.all(both);
  assert.equal(session.answer?.me?.balance.available, 58);
});
