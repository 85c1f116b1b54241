/** Money and dates as the shopper's language writes them; what a browser does not know falls back to plain text. */

/** An amount of money; the browser keeps the text's exact digits. Whole amounts go without decimals. */
export function moneyText(amount: string, currency: string, locale: string): string {
  try {
    const digits = /^-?\d+(\.0+)?$/.test(amount) ? { minimumFractionDigits: 0 } : {};
    const options = { style: "currency", currency, currencyDisplay: "narrowSymbol", ...digits } as const;
    return new Intl.NumberFormat(locale, options).format(amount as `${number}`);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** "Nov 22", with the year when it is not this one. A text that is no date gives an empty one. */
export function dayText(moment: string, locale: string, today: Date = new Date()): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  const year = date.getFullYear() === today.getFullYear() ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...year }).format(date);
}

/** "today", "tomorrow", "in 8 days". */
export function awayText(days: number, locale: string): string {
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
}

/** The name of a month, 1 to 12, as a language writes it when it stands alone. */
export function monthText(month: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" }).format(Date.UTC(2024, month - 1, 1));
}

/** "March 14": a day that comes back every year. */
export function yearlyText(month: number, day: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", timeZone: "UTC" }).format(Date.UTC(2024, month - 1, day));
}

/** "a, b, and c", joined as the language joins. */
export function listText(words: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(words);
}

/** Hundredths as the shortest decimal number: "4500" → "45", "1850" → "18.5". No arithmetic, so nothing is rounded. */
export function decimal(hundredths: string): string {
  const [, whole, rest] = /^(\d*?)(\d{2})$/.exec(hundredths.padStart(3, "0")) ?? [];
  return rest === undefined ? "" : `${whole}.${rest}`.replace(/\.?0+$/, "");
}
