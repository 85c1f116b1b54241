/** The panel's module, fetched on first use: defines `<laurel-panel>` once and puts it on the page. */

import { PanelElement } from "./panel.ts";
import type { Session } from "./session.ts";

export type { PanelElement };

/** The page's one panel, dressed and translated as its launcher is. */
export function createPanel(launcher: HTMLElement, session: Session): PanelElement {
  if (!customElements.get("laurel-panel")) customElements.define("laurel-panel", PanelElement);
  const panel = document.createElement("laurel-panel") as PanelElement;
  panel.connect(launcher, session);
  document.body.append(panel);
  return panel;
}
