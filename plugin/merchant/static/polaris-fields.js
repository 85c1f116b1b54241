// Development only: stand-ins for Polaris form fields. Each is a form-associated element with a label, details and an error
// of its own, as Shopify's are; `value`, `checked` and `values` are what our pages read and set.
(() => {
  "use strict";
  const { base } = window.polarisStandIn;
  const css = `${base} :host { display: block; min-width: 0; } label { display: block; margin: 0 0 4px; color: #303030; }
    .exclusive { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .box { display: flex; align-items: center; gap: 6px; min-height: 36px; padding: 0 12px; border: 1px solid #8a8a8a; border-radius: 8px; background: #fdfdfd; }
    .box:focus-within { outline: 2px solid #005bd3; outline-offset: 1px; } .box :focus-visible { outline: 0; } .box span { color: #616161; white-space: nowrap; }
    input, select, textarea { flex: 1; width: 100%; min-width: 0; min-height: 34px; padding: 0; border: 0; outline: 0; background: transparent; color: #303030; font: inherit; }
    textarea { padding: 8px 0; resize: vertical; } input[type=date] { color-scheme: light; }
    .details, .error { margin: 4px 0 0; font-size: 13px; line-height: 1.4; color: #616161; } .error { color: #8e1f0b; }
    :host([error]:not([error=""])) .box { border-color: #8e1f0b; background: #fff6f5; } :host([disabled]) .box { background: #ebebeb; border-color: #d0d0d0; }
    .mark { display: flex; gap: 10px; align-items: flex-start; padding: 6px 0; cursor: pointer; margin: 0; }
    .mark input { flex: none; width: 18px; height: 18px; min-height: 0; margin: 2px 0 0; accent-color: #303030; }
    .mark input:focus-visible { outline: 2px solid #005bd3; outline-offset: 2px; }
    @media (pointer: coarse) { .box { min-height: 44px; } .mark { padding: 10px 0; } input, select, textarea { font-size: 16px; } }`;
  const notes = '<p class="details" id="details" hidden></p><p class="error" id="error" role="alert" hidden></p>';

  class Field extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = ["label", "details", "error", "disabled", "placeholder", "min", "max", "step", "maxlength", "prefix", "suffix", "accept"];

    constructor(html) {
      super();
      this.internals = this.attachInternals();
      this.attachShadow({ mode: "open", delegatesFocus: true }).innerHTML = `<style>${css}</style>${html}${notes}`;
      this.inner = this.shadowRoot.querySelector("input, select, textarea");
      this.inner?.addEventListener("change", () => this.dispatchEvent(new Event("change", { bubbles: true })));
      this.inner?.addEventListener("input", () => this.keep());
    }

    connectedCallback() {
      if (!this.started) { this.started = true; this.value = this.getAttribute("value") ?? ""; }
      this.attributeChangedCallback();
    }

    attributeChangedCallback() {
      if (!this.isConnected) return;
      const root = this.shadowRoot;
      const label = root.querySelector("label .text, label.text, legend");
      if (label) label.textContent = this.getAttribute("label") ?? "";
      if (this.getAttribute("labelaccessibilityvisibility") === "exclusive") label?.classList.add("exclusive");
      for (const name of ["details", "error"]) {
        const place = root.getElementById(name);
        place.textContent = this.getAttribute(name) ?? "";
        place.hidden = !place.textContent;
      }
      this.describe();
    }

    describe() {
      if (!this.inner) return;
      const shown = ["details", "error"].filter((name) => this.getAttribute(name));
      this.inner.toggleAttribute("aria-describedby", shown.length > 0);
      if (shown.length) this.inner.setAttribute("aria-describedby", shown.join(" "));
      this.inner.setAttribute("aria-invalid", String(Boolean(this.getAttribute("error"))));
      this.inner.disabled = this.hasAttribute("disabled");
      if (this.hasAttribute("required")) this.inner.setAttribute("aria-required", "true");
      for (const name of ["placeholder", "min", "max", "step", "maxlength", "rows", "accept", "autocomplete"]) {
        if (this.hasAttribute(name)) this.inner.setAttribute(name, this.getAttribute(name));
      }
      for (const name of ["prefix", "suffix"]) {
        const place = this.shadowRoot.querySelector(`.${name}`);
        if (place) { place.textContent = this.getAttribute(name) ?? ""; place.hidden = !place.textContent; }
      }
    }

    keep() { this.internals.setFormValue(this.value); }
    get name() { return this.getAttribute("name") ?? ""; }
    get value() { return this.inner.value; }
    set value(value) { this.inner.value = value ?? ""; this.keep(); }
    get error() { return this.getAttribute("error") ?? ""; }
    set error(value) { if (value) this.setAttribute("error", value); else this.removeAttribute("error"); }
    formResetCallback() { this.value = this.getAttribute("value") ?? ""; this.error = ""; }
  }

  const boxed = (control) => `<label class="text" for="inner"></label><div class="box"><span class="prefix" hidden></span>${control}<span class="suffix" hidden></span></div>`;
  const inputs = {
    "s-text-field": '<input id="inner" type="text">',
    "s-email-field": '<input id="inner" type="email">',
    "s-search-field": '<input id="inner" type="search">',
    "s-number-field": '<input id="inner" type="text" inputmode="decimal" autocomplete="off">',
    "s-date-field": '<input id="inner" type="date">',
    "s-text-area": '<textarea id="inner"></textarea>',
  };
  for (const [name, control] of Object.entries(inputs)) {
    customElements.define(name, class extends Field { constructor() { super(boxed(control)); } });
  }

  customElements.define("s-option", class extends HTMLElement { connectedCallback() { this.hidden = true; } });
  customElements.define("s-select", class extends Field {
    constructor() {
      super(boxed('<select id="inner"></select>'));
      // Options may come, and get their words, after the element itself: the parser works in pieces.
      new MutationObserver(() => this.fill()).observe(this, { childList: true, subtree: true, characterData: true });
    }
    fill() {
      const chosen = this.inner.options.length ? this.inner.value : this.wanted ?? this.getAttribute("value") ?? "";
      const placeholder = this.getAttribute("placeholder");
      this.inner.replaceChildren(...(placeholder ? [new Option(placeholder, "")] : []),
        ...[...this.querySelectorAll("s-option")].map((one) => new Option(one.textContent.trim(), one.getAttribute("value") ?? "")));
      this.value = this.wanted ?? chosen;
    }
    connectedCallback() { super.connectedCallback(); if (this.querySelector("s-option")) this.fill(); }
    get value() { return this.inner.options.length ? this.inner.value : this.wanted ?? ""; }
    set value(value) { this.wanted = value; this.inner.value = value; if (this.inner.selectedIndex >= 0) this.wanted = undefined; this.keep(); }
  });

  const marked = (type) => `<label class="mark"><input id="inner" type="${type}"><span class="text"></span></label>`;
  class Mark extends Field {
    constructor() { super(marked("checkbox")); this.inner.addEventListener("change", () => this.keep()); }
    connectedCallback() { if (!this.started) { this.started = true; this.checked = this.hasAttribute("checked"); } this.attributeChangedCallback(); }
    get checked() { return this.inner.checked; }
    set checked(on) { this.inner.checked = on; this.keep(); }
    keep() { this.internals.setFormValue(this.checked ? this.value : null); }
    get value() { return this.getAttribute("value") ?? "on"; }
    set value(value) { this.setAttribute("value", value); }
    formResetCallback() { this.checked = this.hasAttribute("checked"); this.error = ""; }
  }
  customElements.define("s-checkbox", class extends Mark {});
  customElements.define("s-switch", class extends Mark {});

  customElements.define("s-drop-zone", class extends Field {
    constructor() {
      super(`<style>.box { padding: 20px 12px; border-style: dashed; } input { min-height: 0; }</style>${boxed('<input id="inner" type="file">')}`);
    }
    get files() { return [...this.inner.files]; }
    get value() { return this.inner.value; }
    set value(_value) { this.inner.value = ""; }
    keep() { this.internals.setFormValue(this.inner.files?.[0] ?? null); }
  });
})();
