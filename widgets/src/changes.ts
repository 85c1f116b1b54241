/**
 * Asks whether anything changed for this shopper, as often as somebody is there to see it: every second while the panel
 * is open or the shopper is busy on the page, more and more seldom afterwards, never while the page is hidden.
 */

const BUSY_MS = 60_000;
const WATCHED_MS = 15 * 60_000;
const SETTLED_MS = 5 * 60_000;
const FAILURE_LIMIT = 5;

export interface Attention {
  /** Milliseconds since the shopper last did anything on the page. */
  readonly idle: number;
  readonly panelOpen: boolean;
  /** How many questions failed in a row. */
  readonly failures: number;
}

/** Milliseconds until the next question. */
export function pause({ idle, panelOpen, failures }: Attention): number {
  if (failures > 0) return Math.min(1_000 * 2 ** Math.min(failures, FAILURE_LIMIT), 30_000);
  if (idle < (panelOpen ? WATCHED_MS : BUSY_MS)) return 1_000;
  return idle < SETTLED_MS ? 5_000 : 30_000;
}

export class Watcher {
  panelOpen = false;
  private failures = 0;
  private lastActive = Date.now();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;

  /** `ask` resolves to whether it got an answer. */
  constructor(private readonly ask: () => Promise<boolean>) {}

  start(): void {
    const now = (): void => void (document.hidden ? clearTimeout(this.timer) : this.check());
    document.addEventListener("visibilitychange", now);
    for (const type of ["focus", "pageshow", "online"]) addEventListener(type, now);
    const active = (): void => this.notice();
    for (const type of ["pointerdown", "keydown", "scroll"]) addEventListener(type, active, { passive: true });
    this.plan();
  }

  /** The shopper did something: if we had slowed down, ask at once and be quick again. */
  notice(): void {
    const slow = pause(this.attention()) > 1_000;
    this.lastActive = Date.now();
    if (slow && this.failures === 0) void this.check();
  }

  async check(): Promise<void> {
    if (this.asking) return;
    clearTimeout(this.timer);
    this.asking = true;
    const answered = await this.ask().catch(() => false);
    this.asking = false;
    this.failures = answered ? 0 : this.failures + 1;
    this.plan();
  }

  private attention(): Attention {
    return { idle: Date.now() - this.lastActive, panelOpen: this.panelOpen, failures: this.failures };
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => void this.check(), pause(this.attention()));
  }
}
