/** A code that is copied by a press on it, and says so. */

import { element } from "./elements.ts";
import { button } from "./panel_page.ts";
import type { Redemption } from "./rewards_model.ts";
import type { Scene } from "./scene.ts";
import { sign } from "./symbols.ts";

const CONFIRMED_MS = 2_500;

export function copyButton(scene: Scene, { id, code }: Pick<Redemption, "id" | "code">, kind: string): HTMLButtonElement {
  const { texts } = scene;
  const words = element("span", { class: "copy" }, sign("copy"), element("span", {}, texts.get("mine.copy")));
  const copy = button("", kind, `copy:${id}`, () => void copied());
  copy.append(element("code", { translate: "no" }, code), words);
  copy.setAttribute("aria-label", `${texts.get("mine.copy")}: ${code ?? ""}`);
  const copied = async (): Promise<void> => {
    if (!(await write(code ?? "", copy))) return;
    words.replaceChildren(sign("check"), element("span", { class: "told" }, texts.get("mine.copied")));
    scene.announce(texts.get("mine.copied"));
    setTimeout(() => words.replaceChildren(sign("copy"), element("span", {}, texts.get("mine.copy"))), CONFIRMED_MS);
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
