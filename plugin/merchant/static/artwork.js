// The picture of a badge, a challenge or an offer: one of those that are there, or a file of one's own, which the server looks through
// before it becomes one of them.
import { dirty } from "./forms.js";
import { Refused, mutate, toast } from "./send.js";

const MOST_BYTES = 100_000;

class Artwork extends HTMLElement {
  connectedCallback() {
    if (this.started) return;
    this.started = true;
    this.file = this.querySelector("[data-file]");
    this.name = this.querySelector("[data-name]");
    this.querySelector("[data-upload]").addEventListener("click", (event) => this.upload(event.currentTarget));
  }

  get chosen() { return this.querySelector("input:checked"); }
  get value() { return this.chosen?.value ?? ""; }
  get address() { return this.chosen?.dataset.url ?? ""; }
  read() { return this.value || null; }
  focus() { (this.chosen ?? this.querySelector("input"))?.focus(); }

  async upload(button) {
    const file = this.file.files?.[0];
    const name = this.name.value.trim();
    this.tell(this.name, name ? "" : this.dataset.unnamed);
    this.tell(this.file, file ? (file.size > MOST_BYTES ? this.dataset.large : "") : this.dataset.missing);
    if (!name || !file || file.size > MOST_BYTES) return;
    button.setAttribute("loading", "");
    try {
      const { artwork } = await mutate(this.dataset.create, { name, svg: await file.text() });
      this.add(artwork);
      this.file.value = "";
      this.name.value = "";
      toast(this.dataset.done);
      dirty();
    } catch (error) {
      const failed = document.getElementById("page").dataset.failed;
      this.tell(this.file, error instanceof Refused ? error.message : failed);
    } finally {
      button.removeAttribute("loading");
    }
  }

  /** A picture that was brought is chosen at once; one that was there already is not shown twice. */
  add({ id, name, url }) {
    let input = [...this.querySelectorAll("input")].find((one) => one.value === id);
    if (!input) {
      const tile = this.querySelector("template").content.firstElementChild.cloneNode(true);
      input = tile.querySelector("input");
      input.value = id;
      input.dataset.url = url;
      tile.title = name;
      Object.assign(tile.querySelector("img"), { src: url, alt: name });
      this.querySelector("[data-tiles]").append(tile);
    }
    input.checked = true;
    input.focus();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  tell(field, message) {
    if (message) field.setAttribute("error", message);
    else field.removeAttribute("error");
  }

  static observedAttributes = ["error"];
  attributeChangedCallback() { if (this.started) this.tell(this.file, this.getAttribute("error") ?? ""); }
}

customElements.define("laurel-artwork", Artwork);
