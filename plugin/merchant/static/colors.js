// A color as six digits, with the browser's own picker beside them; both always show the same.
class Color extends HTMLElement {
  connectedCallback() {
    if (this.picker) return;
    this.picker = this.querySelector("input");
    this.text = this.querySelector("s-text-field");
    this.picker.addEventListener("input", () => { this.text.value = this.picker.value; this.told(); });
    this.text.addEventListener("input", () => this.follow());
    this.text.addEventListener("change", () => this.follow());
  }

  follow() {
    if (!this.written) return;
    this.picker.value = this.written;
    this.told();
  }

  told() { this.dispatchEvent(new CustomEvent("laurel:color", { bubbles: true, detail: this.picker.value })); }

  /** The color as it is written, or null for what is none. */
  get written() {
    const [, digits] = this.text.value.trim().match(/^#?([0-9a-f]{6})$/i) ?? [];
    return digits ? `#${digits.toLowerCase()}` : null;
  }

  get value() { return this.text.value; }
  read() {
    this.problem = this.written ? false : this.dataset.wrong;
    return this.written;
  }

  focus() { this.text.focus(); }
  static observedAttributes = ["error"];
  attributeChangedCallback() {
    const message = this.getAttribute("error");
    if (message) this.querySelector("s-text-field").setAttribute("error", message);
    else this.querySelector("s-text-field").removeAttribute("error");
  }
}

customElements.define("laurel-color", Color);
