/** The pages about tiers and memberships come in a module of their own, fetched when there is something for them. */

import { element } from "./elements.ts";
import { laurel } from "./icons.ts";
import type { MembershipView, PlanView, StandingView } from "./navigation.ts";
import { button, heading, page } from "./panel_page.ts";
import type { Scene } from "./scene.ts";

export type OwnView = StandingView | PlanView | MembershipView;

/** What the module `laurel-standing.js` offers. */
export interface StandingModule {
  readonly styles: string;
  drawPage(scene: Scene, view: OwnView): DocumentFragment;
}

export class StandingPages {
  private module: StandingModule | null = null;
  private loading: Promise<void> | null = null;
  private failed = false;

  constructor(
    private readonly address: string | undefined,
    /** Told once the module is there, or cannot be had. */
    private readonly settled: (module: StandingModule | null) => void,
  ) {}

  fetch(): void {
    if (!this.module) this.loading ??= this.load().finally(() => (this.loading = null));
  }

  draw(scene: Scene, view: OwnView): DocumentFragment {
    if (this.module && scene.standing.answer) return this.module.drawPage(scene, view);
    const title = heading(scene, scene.texts.get("tier.title"));
    if (!this.failed && !scene.standing.failed) {
      this.fetch();
      return page(title, [element("div", { class: "bones" }, element("div", { class: "bone tiles" }), element("div", { class: "bone row" }))]);
    }
    const retry = button(scene.texts.get("panel.retry"), "action", "retry", () => {
      this.failed = false;
      void scene.standing.refresh();
      scene.redraw();
    });
    const words = element("p", { role: "alert" }, scene.texts.get("tier.error"));
    return page(title, [element("div", { class: "trouble" }, laurel(), words, retry)]);
  }

  private async load(): Promise<void> {
    try {
      this.module = (await import(new URL(this.address ?? "", location.href).href)) as StandingModule;
    } catch {
      this.failed = true;
    }
    this.settled(this.module);
  }
}
