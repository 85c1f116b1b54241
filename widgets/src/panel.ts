/** `<laurel-panel>`: a modal dialog, a sheet on phones and a card on desktops, that follows the session while it is open. */

import base from "./base.css";
import { burst, countUp, highlight } from "./celebration.ts";
import { textsOf } from "./configuration.ts";
import { element, prefersStillness, safeLink, shadow } from "./elements.ts";
import palette from "./palette.css";
import styles from "./panel.css";
import bodyStyles from "./panel_body.css";
import { dress } from "./panel_looks.ts";
import { drawError, drawGuest, drawLoading, drawMember, type Scene } from "./panel_scenes.ts";
import type { Gain, Session } from "./session.ts";

const PHONE = "(max-width: 519px)";

export class PanelElement extends HTMLElement {
  private session!: Session;
  private scene!: Omit<Scene, "answer">;
  private shownBalance: number | null = null;
  private readonly content = element("div", { class: "content" });
  private readonly news = element("p", { class: "quiet", role: "status" });
  private readonly dialog = element("dialog", { "aria-modal": "true", "aria-labelledby": "title" });

  connect(launcher: HTMLElement, session: Session): void {
    this.session = session;
    const texts = textsOf(launcher);
    this.lang = texts.locale;
    this.dataset["position"] = launcher.dataset["position"] ?? "end";
    this.scene = {
      texts,
      name: launcher.dataset["name"],
      links: { signIn: safeLink(launcher.dataset["signIn"]), join: safeLink(launcher.dataset["join"]) },
      retry: () => void session.refresh(),
      close: () => this.close(),
    };
    dress(this, launcher);
    this.dialog.append(this.content, this.news);
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("cancel", (event) => (event.preventDefault(), this.close()));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.close());
    this.dialog.addEventListener("keydown", (event) => this.keepFocus(event));
    shadow(this, base, palette, styles, bodyStyles).replaceChildren(this.dialog);
    session.addEventListener("change", () => this.draw());
    session.addEventListener("gain", (event) => this.celebrate((event as CustomEvent<Gain>).detail));
  }

  open(): void {
    if (this.dialog.open) return;
    this.session.watcher.panelOpen = true;
    this.draw();
    this.dialog.showModal();
    document.documentElement.style.overflow = matchMedia(PHONE).matches ? "hidden" : "";
    if (this.session.member) void this.session.watcher.check();
    else if (!this.session.answer) void this.session.refresh();
  }

  private async close(): Promise<void> {
    if (!prefersStillness()) {
      const away = { opacity: 0, transform: matchMedia(PHONE).matches ? "translateY(40%)" : "translateY(12px)" };
      await this.dialog.animate([away], { duration: 160, easing: "ease-in" }).finished.catch(() => undefined);
    }
    this.dialog.close();
  }

  private closed(): void {
    this.session.watcher.panelOpen = false;
    document.documentElement.style.overflow = "";
  }

  /** Draws what the session knows now; keeps the scroll position and the focus of a panel that is being read. */
  private draw(): void {
    const { answer, failed } = this.session;
    const scene = { ...this.scene, answer };
    const focused = (this.shadowRoot?.activeElement as HTMLElement | null)?.dataset["focus"];
    const scrolled = this.content.querySelector(".body")?.scrollTop ?? 0;
    const me = answer?.me;
    this.content.replaceChildren(
      me ? drawMember(scene, me) : answer ? drawGuest(scene) : failed ? drawError(scene) : drawLoading(scene),
    );
    const body = this.content.querySelector(".body");
    if (body) body.scrollTop = scrolled;
    if (this.dialog.open) this.content.querySelector<HTMLElement>(`[data-focus="${focused ?? "close"}"]`)?.focus();
    const number = this.content.querySelector<HTMLElement>(".number");
    if (me && number) {
      countUp(number, this.shownBalance ?? me.balance.available, me.balance.available, (value) => this.scene.texts.number(value));
      this.shownBalance = me.balance.available;
    }
  }

  private celebrate({ points, balance, fresh }: Gain): void {
    const { texts } = this.scene;
    if (!this.dialog.open) return;
    this.news.textContent = texts.get("launcher.earned", { points: texts.points(points), balance: texts.points(balance) });
    highlight(this.content, fresh);
    const hero = this.content.querySelector<HTMLElement>(".hero");
    if (hero) burst(hero);
  }

  /** The dialog makes the page inert; this keeps Tab from leaving through the browser's own controls, too. */
  private keepFocus(event: KeyboardEvent): void {
    if (event.key !== "Tab") return;
    const stops = [...this.content.querySelectorAll<HTMLElement>("a[href], button, [tabindex='0']")];
    const [first, last] = [stops[0], stops.at(-1)];
    const leaving = this.shadowRoot?.activeElement === (event.shiftKey ? first : last);
    if (!leaving || !first || !last) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}
