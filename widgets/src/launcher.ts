/** `<laurel-launcher>`: the button in the corner. It shows the balance and fetches the panel when it is first used. */

import base from "./base.css";
import { Client } from "./client.ts";
import { OPEN, textsOf } from "./configuration.ts";
import { element, shadow } from "./elements.ts";
import { laurel } from "./icons.ts";
import type { PanelElement } from "./laurel_panel.ts";
import styles from "./launcher.css";
import { paint } from "./looks.ts";
import { Session, type Gain } from "./session.ts";
import type { Texts } from "./texts.ts";

export class LauncherElement extends HTMLElement {
  private texts!: Texts;
  private session!: Session;
  private panel: Promise<PanelElement> | null = null;
  private readonly balance = element("span", { class: "balance", hidden: true });
  private readonly news = element("span", { class: "quiet", role: "status" });
  private readonly button = element("button", { class: "launcher", type: "button", "aria-haspopup": "dialog" });
  private readonly open = (): void => void this.show();

  connectedCallback(): void {
    this.hidden = document.querySelector("laurel-launcher") !== this;
    if (this.hidden || this.session) return;
    this.texts = textsOf(this);
    const client = new Client(this.dataset["proxy"], this.texts.locale);
    this.session = new Session(client, "member" in this.dataset);
    this.draw();
    this.session.addEventListener("change", () => this.update());
    this.session.addEventListener("gain", (event) => this.celebrate((event as CustomEvent<Gain>).detail));
    document.addEventListener(OPEN, this.open);
    const idle = globalThis.requestIdleCallback ?? ((start: () => void) => setTimeout(start, 200));
    idle(() => this.session.start());
  }

  disconnectedCallback(): void {
    document.removeEventListener(OPEN, this.open);
  }

  private draw(): void {
    paint(this);
    const label = element("span", { class: "label" }, this.dataset["label"] || this.texts.get("launcher.label"));
    this.button.append(laurel(), label, this.balance);
    this.button.addEventListener("click", this.open);
    shadow(this, base, styles).replaceChildren(this.button, this.news);
  }

  private update(): void {
    const member = this.session.answer?.me;
    this.balance.hidden = !member;
    if (!member) return;
    const points = member.balance.available;
    this.balance.replaceChildren(
      element("span", { "aria-hidden": "true" }, this.texts.number(points)),
      element("span", { class: "quiet" }, this.texts.points(points)),
    );
  }

  private celebrate({ points, balance }: Gain): void {
    if (this.session.watcher.panelOpen) return;
    const values = { points: this.texts.points(points), balance: this.texts.points(balance) };
    this.news.textContent = this.texts.get("launcher.earned", values);
    const gain = element("span", { class: "gain", "aria-hidden": "true" }, `+${values.points}`);
    this.shadowRoot?.append(gain);
    setTimeout(() => gain.remove(), 6_000);
  }

  private async show(): Promise<void> {
    this.session.watcher.notice();
    this.panel ??= this.fetchPanel();
    try {
      (await this.panel).open();
    } catch {
      this.panel = null;
    }
  }

  private async fetchPanel(): Promise<PanelElement> {
    const module = (await import(new URL(this.dataset["panel"] ?? "", location.href).href)) as {
      createPanel(launcher: HTMLElement, session: Session): PanelElement;
    };
    return module.createPanel(this, this.session);
  }
}
