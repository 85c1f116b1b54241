// Development only: a small stand-in for the Polaris web components that our pages use, so that the demo needs no CDN.
// Accepts the same element names and attributes; in production Shopify's own script is loaded instead of this one.
(() => {
  "use strict";
  const base = `:host { box-sizing: border-box; } :host([hidden]) { display: none; } *, *::before { box-sizing: border-box; }
    :focus-visible { outline: 2px solid #005bd3; outline-offset: 2px; }`;

  function define(name, css, html, wire) {
    customElements.define(name, class extends HTMLElement {
      static observedAttributes = ["heading", "tone", "variant", "disabled", "href", "target", "accessibilitylabel"];
      constructor() {
        super();
        this.attachShadow({ mode: "open", delegatesFocus: true }).innerHTML = `<style>${base}${css}</style>${html}`;
      }
      connectedCallback() { wire?.(this, this.shadowRoot); }
      attributeChangedCallback() { if (this.isConnected) wire?.(this, this.shadowRoot); }
    });
  }

  function heading(host, root) {
    const place = root.querySelector("h1, h2");
    place.textContent = host.getAttribute("heading") ?? "";
    place.hidden = !place.textContent;
  }

  define("s-page", `:host { display: block; max-width: 998px; margin: 0 auto; padding: 16px 0 40px; }
    h1 { margin: 0 16px 12px; font: 650 20px/1.2 inherit; font-size: 20px; color: #303030; } div { display: grid; gap: 16px; }
    @media (min-width: 640px) { :host { padding: 24px 24px 48px; } h1 { margin-inline: 0; } }`,
    "<h1></h1><div><slot></slot></div>", heading);
  define("s-section", `:host { display: block; background: #fff; padding: 16px; box-shadow: 0 1px 0 rgb(26 26 26 / 7%), 0 0 0 1px rgb(0 0 0 / 4%); min-width: 0; }
    h2 { margin: 0 0 8px; font-size: 14px; font-weight: 650; color: #303030; } @media (min-width: 640px) { :host { border-radius: 12px; } }`,
    "<h2></h2><slot></slot>", heading);
  define("s-paragraph", ":host { display: block; margin: 6px 0 0; }", "<slot></slot>");
  define("s-text", ":host { display: inline; }", "<slot></slot>");
  define("s-badge", `:host { display: inline-block; padding: 1px 10px; border-radius: 999px; background: #ebebeb; color: #4a4a4a; font-size: 12px; font-weight: 550; line-height: 20px; }
    :host([tone="success"]) { background: #cdfee1; color: #0c5132; } :host([tone="warning"]) { background: #ffe600; color: #4f4700; }
    :host([tone="critical"]) { background: #fee9e8; color: #8e1f0b; }`, "<slot></slot>");
  define("s-banner", `:host { display: block; margin: 8px 0; padding: 10px 12px; border-radius: 8px; background: #eaf4ff; color: #003a5a; }
    :host([tone="warning"]) { background: #fff1cc; color: #4f4700; } :host([tone="critical"]) { background: #fee9e8; color: #8e1f0b; }`,
    "<slot></slot>", (host) => host.setAttribute("role", "status"));
  define("s-app-nav", ":host { display: none; }", "<slot></slot>");
  define("s-link", ":host { display: inline; } a { color: #005bd3; }", "<a><slot></slot></a>", link);
  define("s-button", `:host { display: inline-block; } :host([disabled]) { pointer-events: none; }
    button, a { display: inline-block; min-height: 36px; padding: 7px 14px; border: 0; border-radius: 8px; background: #fff; color: #303030; font: inherit;
      font-size: 13px; font-weight: 550; line-height: 22px; text-decoration: none; cursor: pointer; box-shadow: inset 0 0 0 1px #8a8a8a; }
    button:hover, a:hover { background: #f6f6f6; } button[disabled] { color: #616161; background: #ebebeb; box-shadow: none; cursor: default; }
    :host([variant="primary"]) button:not([disabled]), :host([variant="primary"]) a { background: #303030; color: #fff; box-shadow: none; }
    :host([variant="primary"]) button:not([disabled]):hover, :host([variant="primary"]) a:hover { background: #1a1a1a; }
    @media (pointer: coarse) { button, a { min-height: 44px; padding: 11px 16px; } }`, "", button);

  function link(host, root) {
    const anchor = root.querySelector("a");
    anchor.href = host.getAttribute("href") ?? "";
    anchor.target = host.getAttribute("target") ?? "";
  }

  function button(host, root) {
    const tag = host.hasAttribute("href") ? "a" : "button";
    let inner = root.querySelector("button, a");
    if (inner?.localName !== tag) {
      inner?.remove();
      inner = document.createElement(tag);
      inner.append(document.createElement("slot"));
      root.append(inner);
    }
    const label = host.getAttribute("accessibilitylabel");
    if (label) inner.setAttribute("aria-label", label);
    if (tag === "a") link(host, root);
    else { inner.type = "button"; inner.disabled = host.hasAttribute("disabled"); }
  }
})();
