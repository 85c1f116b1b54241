// Some of several: boxes to tick that read as the list of what is ticked.
class Several extends HTMLElement {
  get boxes() { return [...this.querySelectorAll("s-checkbox")]; }
  get value() { return this.read().join(" "); }
  read() { return this.boxes.filter((box) => box.checked).map((box) => box.dataset.value); }
  focus() { this.boxes[0]?.focus(); }

  static observedAttributes = ["error"];
  attributeChangedCallback() {
    const message = this.getAttribute("error");
    const [first] = this.boxes;
    if (message) first?.setAttribute("error", message);
    else first?.removeAttribute("error");
  }
}

customElements.define("laurel-several", Several);
