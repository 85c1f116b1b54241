/** The shopper's language: texts that Liquid translated, with numbers in the same locale. */

export type Values = Readonly<Record<string, string>>;

export class Texts {
  readonly locale: string;
  private readonly numbers: Intl.NumberFormat;
  private readonly plurals: Intl.PluralRules;

  constructor(
    private readonly texts: Values,
    locale: string | undefined,
  ) {
    this.locale = supported(locale);
    this.numbers = new Intl.NumberFormat(this.locale);
    this.plurals = new Intl.PluralRules(this.locale);
  }

  /** The text of a key with `[name]` replaced; an unknown key gives an empty text, never the key. */
  get(key: string, values: Values = {}): string {
    const text = this.texts[key] ?? "";
    return text.replace(/\[(\w+)\]/g, (whole, name: string) => values[name] ?? whole);
  }

  number(value: number): string {
    return this.numbers.format(value);
  }

  /** "1 point", "1,245 points": the whole phrase, in the plural form that the language asks for. */
  points(count: number): string {
    return this.counted("points", count);
  }

  /** A text with a form per plural category (`key.one`, `key.other`) and `[count]` in it. */
  counted(key: string, count: number, values: Values = {}): string {
    const form = `${key}.${this.plurals.select(Math.abs(count))}`;
    return this.get(form in this.texts ? form : `${key}.other`, { ...values, count: this.number(count) });
  }
}

function supported(locale: string | undefined): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale ?? "")[0] ?? "en";
  } catch {
    return "en";
  }
}
