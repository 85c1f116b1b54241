/** What the page knows about this shopper's points, shared by the launcher and the panel, kept fresh by the watcher. */

import type { Client } from "./client.ts";
import { Watcher } from "./changes.ts";
import type { Answer } from "./model.ts";

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
    const before = this.answer?.me;
    try {
      this.answer = await this.client.query<Answer>(PANEL_DOCUMENT_ID, {});
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.dispatchEvent(new Event("change"));
    const now = this.answer?.me;
    if (this.failed || !before || !now) return;
    const known = new Set(before.transactions.nodes.map(({ id }) => id));
    const fresh = now.transactions.nodes.filter(({ id }) => !known.has(id));
    const points = fresh.reduce((sum, entry) => sum + Math.max(entry.points, 0), 0);
    const detail: Gain = { points, balance: now.balance.available, fresh: fresh.map(({ id }) => id) };
    if (points > 0) this.dispatchEvent(new CustomEvent("gain", { detail }));
  }
}
