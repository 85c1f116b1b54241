// Development only: a small stand-in for the Polaris web components that our pages use, so that the demo needs no CDN.
// Accepts the same element names and attributes; in production Shopify's own script is loaded instead of this one.
(() => {
  "use strict";
  const base = `:host { box-sizing: border-box; } :host([hidden]) { display: none; } *, *::before { box-sizing: border-box; }
    :focus-visible { outline: 2px solid #005bd3; outline-offset: 2px; }`;

  function define(name, css, html, wire) {
    customElements.define(name, class extends HTMLElement {
      static observedAttributes = ["heading", "tone", "variant", "disabled", "loading", "href", "target", "accessibilitylabel"];
      constructor() {
        super();
        this.attachShadow({ mode: "open", delegatesFocus: true }).innerHTML = `<style>${base}${css}</style>${html}`;
      }
      connectedCallback() { wire?.(this, this.shadowRoot); }
      attributeChangedCallback() { if (this.isConnected) wire?.(this, this.shadowRoot); }
    });
  }
  window.polarisStandIn = { base, define };

  function heading(host, root) {
    const place = root.querySelector("h1, h2, strong");
    place.textContent = host.getAttribute("heading") ?? "";
    place.hidden = !place.textContent;
  }

  define("s-page", `:host { display: block; max-width: 998px; margin: 0 auto; padding: 16px 0 40px; }
    header { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; margin: 0 16px 12px; } header > slot { display: contents; }
    h1 { flex: 1 1 auto; margin: 0; font-size: 20px; font-weight: 650; line-height: 1.3; color: #303030; overflow-wrap: anywhere; }
    .body { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
    @media (min-width: 640px) { :host { padding: 24px 24px 48px; } header { margin-inline: 0; } }`,
    `<header><slot name="breadcrumb-actions"></slot><h1></h1><slot name="secondary-actions"></slot><slot name="primary-action"></slot></header>
     <div class="body"><slot></slot></div>`, heading);
  define("s-section", `:host { display: block; background: #fff; padding: 16px; box-shadow: 0 1px 0 rgb(26 26 26 / 7%), 0 0 0 1px rgb(0 0 0 / 4%); min-width: 0; }
    h2 { margin: 0 0 8px; font-size: 14px; font-weight: 650; color: #303030; } @media (min-width: 640px) { :host { border-radius: 12px; } }`,
    "<h2></h2><slot></slot>", heading);
  define("s-paragraph", ":host { display: block; margin: 6px 0 0; }", "<slot></slot>");
  define("s-text", ":host { display: inline; }", "<slot></slot>");
  define("s-badge", `:host { display: inline-block; padding: 1px 10px; border-radius: 999px; background: #ebebeb; color: #4a4a4a; font-size: 12px; font-weight: 550; line-height: 20px; white-space: nowrap; }
    :host([tone="success"]) { background: #cdfee1; color: #0c5132; } :host([tone="warning"]) { background: #ffe600; color: #4f4700; }
    :host([tone="info"]) { background: #e0f0ff; color: #00527c; } :host([tone="caution"]) { background: #fff1cc; color: #4f4700; }
    :host([tone="critical"]) { background: #fee9e8; color: #8e1f0b; }`, "<slot></slot>");
  define("s-banner", `:host { display: block; margin: 8px 0; padding: 10px 12px; border-radius: 8px; background: #eaf4ff; color: #003a5a; }
    strong { display: block; font-weight: 650; }
    :host([tone="warning"]) { background: #fff1cc; color: #4f4700; } :host([tone="critical"]) { background: #fee9e8; color: #8e1f0b; }
    :host([tone="success"]) { background: #cdfee1; color: #0c5132; }`,
    "<strong></strong><slot></slot>", (host, root) => { host.setAttribute("role", "status"); heading(host, root); });
  // In Shopify's admin this becomes the entries below the app's name; here it is a bar above the page.
  define("s-app-nav", `:host { display: block; background: #fff; border-bottom: 1px solid #e3e3e3; overflow-x: auto; }
    nav { display: flex; gap: 4px; max-width: 998px; margin: 0 auto; padding: 6px 12px; } @media (min-width: 640px) { nav { padding-inline: 24px; } }
    ::slotted(s-link) { flex: none; }`, '<nav aria-label="Laurel"><slot></slot></nav>');
  define("s-link", `:host { display: inline; } a { color: #005bd3; }
    :host-context(s-app-nav) a { display: block; padding: 6px 12px; border-radius: 8px; color: #303030; font-weight: 550; font-size: 13px; text-decoration: none; }
    :host-context(s-app-nav) a:hover { background: #f6f6f6; } :host([aria-current]) a { background: #ebebeb; }
    @media (pointer: coarse) { :host-context(s-app-nav) a { padding: 10px 12px; } }`, "<a><slot></slot></a>", link);
  define("s-button", `:host { display: inline-block; } :host([disabled]), :host([loading]) { pointer-events: none; }
    button, a { display: inline-block; min-height: 36px; padding: 7px 14px; border: 0; border-radius: 8px; background: #fff; color: #303030; font: inherit;
      font-size: 13px; font-weight: 550; line-height: 22px; text-decoration: none; cursor: pointer; box-shadow: inset 0 0 0 1px #8a8a8a; text-align: center; }
    button:hover, a:hover { background: #f6f6f6; } button[disabled] { color: #616161; background: #ebebeb; box-shadow: none; cursor: default; }
    :host([variant="primary"]) button:not([disabled]), :host([variant="primary"]) a { background: #303030; color: #fff; box-shadow: none; }
    :host([variant="primary"]) button:not([disabled]):hover, :host([variant="primary"]) a:hover { background: #1a1a1a; }
    :host([variant="tertiary"]) button, :host([variant="tertiary"]) a { background: transparent; box-shadow: none; padding-inline: 8px; color: #005bd3; }
    :host([tone="critical"]:not([variant="primary"])) button:not([disabled]) { color: #8e1f0b; box-shadow: inset 0 0 0 1px #8e1f0b; }
    :host([tone="critical"][variant="tertiary"]) button:not([disabled]) { box-shadow: none; }
    :host([tone="critical"][variant="primary"]) button:not([disabled]) { background: #8e1f0b; }
    @media (pointer: coarse) { button, a { min-height: 44px; padding: 11px 16px; } }`, "", button);
  define("s-divider", ":host { display: block; border-top: 1px solid #ebebeb; margin: 16px 0; }", "");
  define("s-spinner", `:host { display: inline-block; width: 20px; height: 20px; border: 2px solid #d0d0d0; border-top-color: #303030; border-radius: 50%; animation: turn 1s linear infinite; }
    @keyframes turn { to { transform: rotate(1turn); } } @media (prefers-reduced-motion: reduce) { :host { animation: none; } }`, "",
    (host) => { host.setAttribute("role", "img"); host.setAttribute("aria-label", host.getAttribute("accessibilitylabel") ?? "…"); });

  function link(host, root) {
    const anchor = root.querySelector("a");
    anchor.href = host.getAttribute("href") ?? "";
    anchor.target = host.getAttribute("target") ?? "";
    if (host.hasAttribute("aria-current")) anchor.setAttribute("aria-current", host.getAttribute("aria-current"));
    const label = host.getAttribute("accessibilitylabel");
    if (label) anchor.setAttribute("aria-label", label);
  }

  function button(host, root) {
    const tag = host.hasAttribute("href") ? "a" : "button";
    let inner = root.querySelector("button, a");
    if (inner?.localName !== tag) {
      inner?.remove();
      inner = document.createElement(tag);
      inner.append(document.createElement("slot"));
      root.append(inner);
      if (tag === "button") inner.addEventListener("click", () => press(host));
    }
    const label = host.getAttribute("accessibilitylabel");
    if (label) inner.setAttribute("aria-label", label);
    if (tag === "a") link(host, root);
    else { inner.type = "button"; inner.disabled = host.hasAttribute("disabled") || host.hasAttribute("loading"); }
  }

  function press(host) {
    const target = document.getElementById(host.getAttribute("commandfor") ?? "");
    if (host.getAttribute("type") === "submit") host.closest("form")?.requestSubmit();
    else if (target) target[host.getAttribute("command") === "--hide" ? "hideOverlay" : "showOverlay"]?.();
  }
})();
