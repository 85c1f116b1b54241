/** What the page knows about this shopper's points, shared by the launcher and the panel, kept fresh by the watcher. */

import type { Client } from "./client.ts";
import { Watcher } from "./changes.ts";
import type { Answer, Entry, Member } from "./model.ts";

const MEMORY = "laurel";
/** Kinds that are worth a word: what came back, or was there already and can be spent now, is no gain. */
const GAINS = /^(EARN|BONUS|ADJUST|TRANSFER)$/;
let memory = "";

/** Points arrived while the page was open: the sum of the new entries, and the balance after them. */
export interface Gain {
  readonly points: number;
  readonly balance: number;
  /** The ids of the new entries. */
  readonly fresh: readonly string[];
}

export class Session extends EventTarget {
  answer: Answer | null = null;
  failed = false;
  readonly watcher = new Watcher(() => this.look());
  private version = "0";
  private loading: Promise<void> | null = null;

  constructor(
    readonly client: Client,
    readonly member: boolean,
  ) {
    super();
  }

  /** Members' pages start to watch; for guests there is nothing that could change. */
  start(): void {
    if (!this.member) return;
    this.watcher.start();
    void this.watcher.check();
  }

  /**
   * Reads everything again: once more where an answer is on its way, which may be older than the question. Emits
   * `change`, after it `gain` when points arrived since the last time.
   */
  async refresh(): Promise<void> {
    await this.loading;
    this.loading ??= this.load().finally(() => (this.loading = null));
    return this.loading;
  }

  private async look(): Promise<boolean> {
    const version = await this.client.version(this.version).catch(() => null);
    if (version === null) this.settle(false);
    else if (version !== this.version || !this.answer || this.failed) await this.refresh();
    if (version !== null && !this.failed) this.version = version;
    return !this.failed;
  }

  private async load(): Promise<void> {
    const answer = await this.client.query<Answer>(PANEL_DOCUMENT_ID, {}).catch(() => null);
    this.answer = answer ?? this.answer;
    this.settle(answer !== null);
    const me = answer?.me;
    if (!me) return;
    const fresh = unseen(me);
    const points = fresh.reduce((sum, entry) => sum + (GAINS.test(entry.kind) ? Math.max(entry.points, 0) : 0), 0);
    const detail: Gain = { points, balance: me.balance.available, fresh: fresh.map(({ id }) => id) };
    if (points > 0) this.dispatchEvent(new CustomEvent("gain", { detail }));
  }

  /** Notes how the last question went, and tells when there is something else to show. */
  private settle(answered: boolean): void {
    const same = !answered && this.failed;
    this.failed = !answered;
    if (!same) this.dispatchEvent(new Event("change"));
  }
}

/**
 * The entries that this tab has not shown to this member: points often arrive between two pages, such as the checkout
 * and the thanks for it. A tab that knows nothing of the member has nothing to compare with.
 */
function unseen(member: Member): readonly Entry[] {
  const entries = member.transactions.nodes;
  const ids = entries.map(({ id }) => id);
  const [owner, ...seen] = recalled().split(" ");
  memory = [member.id, ...ids].join(" ");
  try {
    sessionStorage.setItem(MEMORY, memory);
  } catch {
    // Storage is off or full: this page still remembers.
  }
  return owner === member.id ? entries.filter(({ id }) => !seen.includes(id)) : [];
}

function recalled(): string {
  try {
    return memory || (sessionStorage.getItem(MEMORY) ?? "");
  } catch {
    return memory;
  }
}
