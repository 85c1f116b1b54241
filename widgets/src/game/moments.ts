/** How long something still lasts, as the shopper's language says it, and kept true while it is looked at. */

import { element } from "../elements.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FRESH_MS = 20_000;

/** "in 3 days", "in 5 hours", "in 12 minutes": rounded down, because a promise of more time would be a lie. */
export function untilText(moment: string, locale: string, now: number = Date.now()): string {
  const left = Math.max(Date.parse(moment) - now, 0) || 0;
  const [amount, unit] = left >= 2 * DAY_MS ? ([left / DAY_MS, "day"] as const) : left >= 2 * HOUR_MS ? ([left / HOUR_MS, "hour"] as const) : ([left / MINUTE_MS, "minute"] as const);
  return new Intl.RelativeTimeFormat(locale, { numeric: "always" }).format(Math.floor(amount), unit);
}

/** Words about the time that is left; they follow it as long as they are on the page. */
export function countdown(write: () => string): HTMLElement {
  const made = element("span", {}, write());
  const follow = (): void => {
    setTimeout(() => {
      if (!made.isConnected) return;
      made.textContent = write();
      follow();
    }, FRESH_MS);
  };
  follow();
  return made;
}
