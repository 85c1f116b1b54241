/** A code that is copied by a press on it, and says so. */

import { element } from "./elements.ts";
import { button } from "./panel_page.ts";
import type { Redemption } from "./rewards_model.ts";
import type { Scene } from "./scene.ts";
import { sign } from "./symbols.ts";

const CONFIRMED_MS = 2_500;
/** What was copied last, and until when its button says so: that outlives a redrawing of the page. */
let last = { id: "", until: 0 };

/** `shown` is what stands for the code where that is easier to read, such as letters in groups. */
export function copyButton(scene: Scene, { id, code }: Pick<Redemption, "id" | "code">, kind: string, shown = code): HTMLButtonElement {
  const { texts } = scene;
  const words = element("span", { class: "copy" });
  const tell = (): void => {
    const left = last.id === id ? last.until - performance.now() : 0;
    const told = left > 0 ? element("span", { class: "told" }, texts.get("mine.copied")) : element("span", {}, texts.get("mine.copy"));
    words.replaceChildren(sign(left > 0 ? "check" : "copy"), told);
    if (left > 0) setTimeout(tell, left);
  };
  tell();
  const copy = button("", kind, `copy:${id}`, () => void copied());
  copy.append(element("code", { translate: "no" }, shown), words);
  copy.setAttribute("aria-label", `${texts.get("mine.copy")}: ${code ?? ""}`);
  const copied = async (): Promise<void> => {
    if (!(await write(code ?? "", copy))) return;
    last = { id, until: performance.now() + CONFIRMED_MS };
    if (words.isConnected) tell();
    else scene.redraw();
    scene.announce(texts.get("mine.copied"));
  };
  return copy;
}

/** The clipboard, where the page may use it; elsewhere the code is selected, ready for the shopper's own keys. */
async function write(code: string, copy: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code);
    return true;
  } catch {
    const shown = copy.querySelector("code");
    if (shown) getSelection()?.selectAllChildren(shown);
    return false;
  }
}
