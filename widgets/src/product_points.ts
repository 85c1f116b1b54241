/** `<laurel-product-points>`: what the chosen variant earns, as the program itself works it out. Guests see it, too. */

import base from "./base.css";
import { Client } from "./client.ts";
import { OPEN, textsOf } from "./configuration.ts";
import { element, shadow } from "./elements.ts";
import { decimal } from "./formats.ts";
import { laurel } from "./icons.ts";
import { paint } from "./looks.ts";
import type { ProductAnswer } from "./model.ts";
import styles from "./product_points.css";
import type { Texts } from "./texts.ts";

/** The launcher, which may be offered for more, comes last on the page. */
function wholePage(): Promise<unknown> {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
}

export class ProductPointsElement extends HTMLElement {
  private texts!: Texts;
  private client!: Client;
  private shown = "";
  private readonly answers = new Map<string, Promise<number | null>>();
  private readonly line = element("p", { role: "status" });
  private readonly changed = (): void => void setTimeout(() => void this.update());

  connectedCallback(): void {
    if (!this.texts) {
      this.texts = textsOf(this);
      this.client = new Client(this.dataset["proxy"], this.texts.locale);
      paint(this);
      shadow(this, base, styles);
    }
    document.addEventListener("change", this.changed);
    void this.update();
  }

  disconnectedCallback(): void {
    document.removeEventListener("change", this.changed);
  }

  private async update(): Promise<void> {
    const amount = decimal(this.price());
    if (amount === this.shown) return;
    this.shown = amount;
    const [points] = await Promise.all([this.points(amount), wholePage()]);
    if (amount === this.shown) this.draw(points);
  }

  /** The price of the variant that the product's form has chosen, in hundredths, as Liquid counts money. */
  private price(): string {
    const form = document.querySelector(`form[action*="/cart/add"] [name="id"]`) as HTMLInputElement | null;
    const variants = new Map((this.dataset["variants"] ?? "").split(" ").map((pair) => pair.split(":") as [string, string]));
    return variants.get(form?.value ?? "") ?? this.dataset["price"] ?? "";
  }

  private points(amount: string): Promise<number | null> {
    const money = { amount, currencyCode: this.dataset["currency"] ?? "" };
    const asked = this.answers.get(amount) ?? this.client
      .query<ProductAnswer>(PRODUCT_DOCUMENT_ID, { money })
      .then(({ program }) => program?.pointsFor ?? null)
      .catch(() => null);
    this.answers.set(amount, asked);
    return asked;
  }

  private draw(points: number | null): void {
    this.hidden = !points;
    if (!points) return;
    this.line.textContent = this.texts.counted("product.earn", points);
    if (this.line.isConnected) return;
    const more = element("button", { type: "button" }, this.texts.get("member" in this.dataset ? "product.yours" : "product.join"));
    more.addEventListener("click", () => document.dispatchEvent(new Event(OPEN)));
    const words = element("div", {}, this.line, document.querySelector("laurel-launcher") && more);
    this.shadowRoot?.replaceChildren(element("div", { class: "card" }, element("span", { class: "seal" }, laurel()), words));
  }
}
