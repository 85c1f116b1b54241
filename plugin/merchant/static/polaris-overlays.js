// Development only: a stand-in for Polaris' modal, opened by a button's `commandFor` or by `showOverlay()`.
(() => {
  "use strict";
  const { base } = window.polarisStandIn;

  customElements.define("s-modal", class extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: "open" }).innerHTML = `<style>${base}
        dialog { width: min(620px, calc(100vw - 24px)); max-height: calc(100dvh - 24px); padding: 0; border: 0; border-radius: 14px; color: #303030; box-shadow: 0 20px 60px rgb(0 0 0 / 30%); }
        dialog::backdrop { background: rgb(0 0 0 / 50%); }
        header { display: flex; align-items: center; justify-content: space-between; padding: 12px 16px; border-bottom: 1px solid #ebebeb; background: #f3f3f3; }
        h2 { margin: 0; font-size: 14px; font-weight: 650; } header button { width: 36px; height: 36px; border: 0; border-radius: 8px; background: transparent; font-size: 20px; cursor: pointer; }
        header button:hover { background: #e3e3e3; } .body { padding: 16px; overflow: auto; } footer { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; padding: 12px 16px; border-top: 1px solid #ebebeb; }
        </style><dialog aria-labelledby="heading"><header><h2 id="heading"></h2><button type="button"><span aria-hidden="true">×</span></button></header>
        <div class="body"><slot></slot></div><footer><slot name="secondary-actions"></slot><slot name="primary-action"></slot></footer></dialog>`;
      this.dialog = this.shadowRoot.querySelector("dialog");
      this.shadowRoot.querySelector("header button").addEventListener("click", () => this.hideOverlay());
      this.dialog.addEventListener("close", () => this.dispatchEvent(new Event("hide")));
    }
    connectedCallback() {
      this.shadowRoot.getElementById("heading").textContent = this.getAttribute("heading") ?? "";
      this.shadowRoot.querySelector("header button").setAttribute("aria-label", this.getAttribute("accessibilitylabel") ?? "Close");
    }
    showOverlay() { if (!this.dialog.open) this.dialog.showModal(); this.dispatchEvent(new Event("show")); }
    hideOverlay() { this.dialog.close(); }
  });
})();
