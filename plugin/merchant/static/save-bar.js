// Development only: App Bridge's contextual save bar. In Shopify's admin it covers the admin's top bar; here it lies over
// the page. `<ui-save-bar id>` holds two plain buttons; shopify.saveBar shows and hides it and guards against leaving.
(() => {
  "use strict";
  const bars = () => [...document.querySelectorAll("ui-save-bar[open]")];
  window.shopify.saveBar = {
    show: async (id) => document.getElementById(id)?.setAttribute("open", ""),
    hide: async (id) => document.getElementById(id)?.removeAttribute("open"),
    // Resolves when nothing is unsaved; until then it waits, and the bar says why.
    leaveConfirmation: async () => {
      for (const bar of bars()) {
        bar.animate?.([{ transform: "none" }, { transform: "translateX(6px)" }, { transform: "translateX(-6px)" }, { transform: "none" }], 300);
        bar.querySelector("button")?.focus();
        await new Promise(() => {});
      }
    },
  };
  customElements.define("ui-save-bar", class extends HTMLElement {
    connectedCallback() {
      this.setAttribute("role", "region");
      this.setAttribute("aria-label", this.getAttribute("data-label") ?? "");
    }
  });
})();
