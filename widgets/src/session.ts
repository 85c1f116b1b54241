/** What the page knows about this shopper's points, shared by the launcher and the panel, kept fresh by the watcher. */

import type { Client } from "./client.ts";
import { Watcher } from "./changes.ts";
import type { Answer, Entry, Member } from "./model.ts";

const MEMORY = "laurel";
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
    private readonly client: Client,
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

  /** Reads everything again. Emits `change`, after it `gain` when points arrived since the last time. */
  refresh(): Promise<void> {
    this.loading ??= this.load().finally(() => (this.loading = null));
    return this.loading;
  }

  private async look(): Promise<boolean> {
    const version = await this.client.version(this.version);
    if (version !== this.version || !this.answer) await this.refresh();
    if (this.failed) return false;
    this.version = version;
    return true;
  }

  private async load(): Promise<void> {
    try {
      this.answer = await this.client.query<Answer>(PANEL_DOCUMENT_ID, {});
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.dispatchEvent(new Event("change"));
    const me = this.answer?.me;
    if (this.failed || !me) return;
    const fresh = unseen(me);
    const points = fresh.reduce((sum, entry) => sum + Math.max(entry.points, 0), 0);
    const detail: Gain = { points, balance: me.balance.available, fresh: fresh.map(({ id }) => id) };
    if (points > 0) this.dispatchEvent(new CustomEvent("gain", { detail }));
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
