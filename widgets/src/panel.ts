/** `<laurel-panel>`: a modal dialog, a sheet on phones and a card on desktops, that follows the session while it is open. */

import { burst, countUp, highlight } from "./celebration.ts";
import { textsOf } from "./configuration.ts";
import { element, prefersStillness, safeLink, shadow } from "./elements.ts";
import { fetchGame, type Game } from "./game_module.ts";
import { Navigation, type View } from "./navigation.ts";
import { fetchOffers, type Offers } from "./offers_module.ts";
import { dress } from "./panel_looks.ts";
import { drawView, followUp } from "./panel_views.ts";
import { Press } from "./press.ts";
import { RewardStore } from "./rewards_store.ts";
import type { Scene } from "./scene.ts";
import type { Gain, Session } from "./session.ts";
import { StandingPages } from "./standing_pages.ts";
import { StandingStore } from "./standing_store.ts";
import { styles } from "./styles.ts";

const PHONE = "(max-width: 519px)";
const FRESH_MS = 3_200;
/** How often a slider that is in the hand is looked after. */
const SLIDING_MS = 300;
/** What was said stays a while: a screen reader that is still busy with it would not come to its end. */
const SAID_MAXIMUM = 3;
const STOPS = "a[href], button, input, select, summary, textarea, [tabindex='0']";

export class PanelElement extends HTMLElement {
  private session!: Session;
  private scene!: Omit<Scene, "answer" | "game" | "offers">;
  private launcher!: HTMLElement;
  private fetching: Promise<unknown> | undefined;
  private game: Game | null | undefined;
  private offers: Offers | null | undefined;
  private readonly worn = new Set<string>(styles);
  private shownBalance: number | null = null;
  /** The entries that came while the panel was open. */
  private fresh: readonly string[] = [];
  private readonly navigation = new Navigation();
  private readonly content = element("div", { class: "content" });
  private readonly press = new Press(this.content, () => this.draw());
  private readonly news = element("p", { class: "quiet", role: "status", "aria-atomic": "false" });
  private readonly dialog = element("dialog", { "aria-modal": "true", "aria-labelledby": "title" });

  connect(launcher: HTMLElement, session: Session): void {
    this.launcher = launcher;
    this.session = session;
    this.scene = this.sceneOf(launcher, new RewardStore(session), new StandingStore(session));
    this.lang = this.scene.texts.locale;
    this.dataset["position"] = launcher.dataset["position"] ?? "end";
    dress(this, launcher);
    this.dialog.append(this.content, this.news);
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("cancel", (event) => (event.preventDefault(), this.close()));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.close());
    this.dialog.addEventListener("keydown", (event) => this.keepFocus(event));
    this.wear("").replaceChildren(this.dialog);
    session.addEventListener("change", () => this.follow());
    this.scene.store.addEventListener("change", () => this.draw());
    this.scene.standing.addEventListener("change", () => this.followStanding());
    this.scene.standing.addEventListener("risen", (event) => this.riseTo((event as CustomEvent<string>).detail));
    session.addEventListener("gain", (event) => this.celebrate((event as CustomEvent<Gain>).detail));
  }

  open(): void {
    if (this.dialog.open) return;
    this.session.watcher.panelOpen = true;
    this.navigation.reset();
    this.draw();
    this.dialog.showModal();
    document.documentElement.style.overflow = matchMedia(PHONE).matches ? "hidden" : "";
    this.ask();
    if (this.session.member) void this.session.watcher.check();
    else if (!this.session.answer) void this.session.refresh();
  }

  private sceneOf(launcher: HTMLElement, store: RewardStore, standing: StandingStore): Omit<Scene, "answer" | "game" | "offers"> {
    const { name, signIn, join, cart } = launcher.dataset;
    const pages = new StandingPages(launcher.dataset["standing"], (module) => {
      if (module) this.wear(module.styles);
      this.draw();
    });
    return {
      texts: textsOf(launcher),
      name,
      links: { signIn: safeLink(signIn), join: safeLink(join), cart },
      store,
      standing,
      pages,
      navigation: this.navigation,
      go: (view) => this.go(view),
      show: (view) => (this.navigation.replace(view), this.arrive()),
      back: () => this.back(),
      redraw: () => this.draw(),
      focus: (name) => this.piece(name)?.focus(),
      part: (name) => this.piece(name),
      announce: (words) => this.say(words),
      cheer: () => this.cheer(),
      retry: () => (void this.session.refresh(), this.ask()),
      close: () => void this.close(),
    };
  }

  /** Something changed for this shopper: what they got for their points may have changed, too. */
  private follow(): void {
    this.draw();
    if (this.dialog.open) this.ask();
  }

  private followStanding(): void {
    const { standing, pages } = this.scene;
    if (standing.answer?.program?.tiers.length || standing.plans.length) pages.fetch();
    this.draw();
  }

  private ask(): void {
    void this.scene.store.refresh();
    void this.scene.standing.refresh();
    this.fetching ??= Promise.all([this.play(), this.trade()]);
    void this.game?.refresh();
    void this.offers?.refresh();
  }

  /** The game begins with the first look at the panel. Without its module, the panel is as it is without a game. */
  private async play(): Promise<void> {
    const module = await fetchGame(this.launcher.dataset["game"]);
    if (module) this.wear(module.styles);
    this.game = module && module.createGame(this.session, this.scene);
    this.draw();
  }

  private async trade(): Promise<void> {
    const module = await fetchOffers(this.launcher.dataset["offers"]);
    if (module) this.wear(module.styles);
    this.offers = module && module.createOffers(this.session, this.scene);
    this.draw();
  }

  private wear(more: string): ShadowRoot {
    return shadow(this, ...this.worn.add(more));
  }

  private go(view: View): void {
    this.navigation.go(view, this.focused(), this.body()?.scrollTop ?? 0);
    this.arrive();
  }

  private arrive(): void {
    this.draw();
    const body = this.body();
    if (body) body.scrollTop = 0;
    (this.piece("heading") ?? this.piece("back"))?.focus();
  }

  private back(): void {
    const { view } = this.navigation;
    const left = this.navigation.back();
    this.draw();
    // What was just redeemed is on top now; else the shopper comes back to what they left.
    const made = view.name === "redemption" && view.fresh ? this.piece(`mine:${view.id}`) : null;
    const body = this.body();
    if (body) body.scrollTop = made ? 0 : (left?.scrolled ?? 0);
    (made ?? this.piece(left?.focus ?? "close") ?? this.piece("close"))?.focus();
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
    this.news.replaceChildren();
    document.documentElement.style.overflow = "";
  }

  /** Draws what is known now; keeps the scroll position and the focus of a panel that is being read. */
  private draw(): void {
    if (this.press.putsOff()) return;
    if (this.content.querySelector("input:active")) return void setTimeout(() => this.draw(), SLIDING_MS);
    const composing = this.content.querySelector(".composing");
    if (composing) return composing.addEventListener("change", () => this.draw(), { once: true });
    const { answer, failed } = this.session;
    const focused = this.focused();
    const scrolled = this.body()?.scrollTop ?? 0;
    const scene = { ...this.scene, answer, game: this.game, offers: this.offers };
    this.content.replaceChildren(drawView(scene, failed));
    const body = this.body();
    if (body) body.scrollTop = scrolled;
    if (this.dialog.open) (this.piece(focused ?? "close") ?? this.piece("heading") ?? this.piece("close"))?.focus();
    highlight(this.content, this.fresh);
    this.count(answer?.me?.balance.available);
    if (this.dialog.open) followUp(scene);
  }

  private count(available: number | undefined): void {
    const number = this.content.querySelector<HTMLElement>(".number");
    if (available === undefined || !number) return;
    countUp(number, this.shownBalance ?? available, available, (value) => this.scene.texts.number(value));
    this.shownBalance = available;
  }

  /** Each piece of news is a piece of its own, so that one that follows at once takes none away. */
  private say(words: string): void {
    this.news.append(element("span", {}, `${words} `));
    if (this.news.childElementCount > SAID_MAXIMUM) this.news.firstElementChild?.remove();
  }

  private celebrate({ points, balance, fresh }: Gain): void {
    const { texts, announce } = this.scene;
    if (!this.dialog.open) return;
    announce(texts.get("launcher.earned", { points: texts.points(points), balance: texts.points(balance) }));
    this.fresh = fresh;
    highlight(this.content, fresh);
    setTimeout(() => this.fresh === fresh && (this.fresh = []), FRESH_MS);
    this.cheer();
  }

  private riseTo(tier: string): void {
    if (!this.dialog.open) return;
    this.scene.announce(this.scene.texts.get("tier.risen", { tier }));
    this.cheer();
  }

  private cheer(): void {
    const [place, origin] = [this.content.querySelector(".hero:not(.small), .body"), this.content.querySelector(".number, .ticket-stub, .cheers")];
    if (place && origin) burst(this.dialog, place, origin);
  }

  /** The dialog makes the page inert; this keeps Tab from leaving through the browser's own controls, too. */
  private keepFocus(event: KeyboardEvent): void {
    if (event.key !== "Tab") return;
    const stops = [...this.content.querySelectorAll<HTMLElement>(STOPS)];
    const [first, last] = [stops[0], stops.at(-1)];
    const leaving = this.shadowRoot?.activeElement === (event.shiftKey ? first : last);
    if (!leaving || !first || !last) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  private focused(): string | undefined {
    return (this.shadowRoot?.activeElement as HTMLElement | null)?.dataset["focus"];
  }

  private piece(name: string): HTMLElement | null {
    return this.content.querySelector<HTMLElement>(`[data-focus="${CSS.escape(name)}"], #${CSS.escape(name)}`);
  }

  private body(): HTMLElement | null {
    return this.content.querySelector<HTMLElement>(".body");
  }
}
