// The products that bring a membership: each is looked up in the shop by what the merchant writes before it is taken.
import { dirty } from "./forms.js";
import { send } from "./send.js";

const texts = JSON.parse(document.getElementById("product-texts").textContent);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

async function lookUp(written) {
  return (await send(`/plans/product?${new URLSearchParams({ product: written })}`)).json();
}

class Products extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    this.input = this.querySelector("s-text-field");
    this.button = this.querySelector("s-button");
    this.list = make("ul", { class: "laurel-chips" });
    this.note = make("p", { class: "laurel-quiet laurel-note", role: "status" });
    this.prepend(make("strong", {}, this.getAttribute("label")), this.list, this.note);
    for (const number of this.dataset.products.split(" ").filter(Boolean)) this.show(number);
    this.button.addEventListener("click", () => this.find());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.find();
    });
    this.tell();
  }

  get numbers() { return [...this.list.children].map((item) => item.dataset.number); }

  show(number, title) {
    const name = make("span", {}, title ?? texts.number.replace("{0}", number));
    const remove = make("s-button", { variant: "tertiary", tone: "critical", accessibilityLabel: `${texts.remove} ${name.textContent}` }, "×");
    const item = make("li", { "data-number": number }, name, remove);
    remove.addEventListener("click", () => { item.remove(); this.tell(); dirty(); this.input.focus(); });
    this.list.append(item);
    if (!title) lookUp(number).then(({ product }) => { if (product) name.textContent = product.title; }, () => {});
  }

  async find() {
    const written = this.input.value.trim();
    if (!written || this.button.hasAttribute("loading")) return;
    this.button.setAttribute("loading", "");
    try {
      const { product, problem } = await lookUp(written);
      const number = product?.id.replace(/^.*\//, "");
      const message = problem ?? (this.numbers.includes(number) ? texts.taken : "");
      if (message) {
        this.setAttribute("error", message);
        return;
      }
      this.removeAttribute("error");
      this.input.value = "";
      this.show(number, product.title);
      const joined = document.querySelector('[data-field="productHandle"]');
      if (joined && !joined.value) joined.value = product.handle;
      this.tell(texts.found.replace("{0}", product.title));
      dirty();
    } catch {
      this.setAttribute("error", document.getElementById("page").dataset.failed);
    } finally {
      this.button.removeAttribute("loading");
    }
  }

  tell(text) { this.note.textContent = text ?? (this.list.childElementCount ? "" : texts.none); }

  get value() { return this.numbers.join(" "); }
  read() {
    this.problem = this.input.value.trim() ? texts.add_first : false;
    return this.numbers.map((number) => `gid://shopify/Product/${number}`);
  }

  focus() { this.input.focus(); }
  static observedAttributes = ["error"];
  attributeChangedCallback() {
    const message = this.getAttribute("error");
    if (message) this.querySelector("s-text-field").setAttribute("error", message);
    else this.querySelector("s-text-field").removeAttribute("error");
  }
}

customElements.define("laurel-products", Products);
