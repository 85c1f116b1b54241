// The editor of what a tier asks for: amounts of what members do, all of them or at least one, in groups of two depths.
// It reads as the typed tree that the schema takes, null where nothing is asked.
import { dirty } from "./forms.js";

const texts = JSON.parse(document.getElementById("requirement-texts").textContent);
const DEEPEST_GROUP = 2;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function select(label, options, value) {
  return make("s-select", { label, value }, ...options.map(({ name, text }) => make("s-option", { value: name }, text)));
}

const chosen = (field) => field.value || field.getAttribute("value");

class Amount extends HTMLElement {
  start(tree) {
    this.className = "laurel-amount";
    this.metric = select(texts.metric, texts.metrics, tree?.metric ?? texts.metrics[0].name);
    const compared = ["at_least", "more_than"].map((name) => ({ name, text: texts[name] }));
    this.compare = select(texts.compare, compared, tree?.moreThan ? "more_than" : "at_least");
    this.amount = make("s-number-field", { label: texts.amount, value: tree?.amount ?? "", inputMode: "decimal" });
    const remove = make("s-button", { variant: "tertiary", tone: "critical", accessibilityLabel: texts.remove }, "×");
    remove.addEventListener("click", () => { const group = this.parentElement.closest("laurel-asked"); this.remove(); group.changed(); });
    this.append(this.metric, this.compare, this.amount, remove);
    return this;
  }

  read() {
    const written = this.amount.value.trim().replaceAll(/[\s_]/g, "");
    this.problem = !/^\d{1,12}(\.\d{1,6})?$/.test(written);
    if (this.problem) this.amount.setAttribute("error", texts.number);
    else this.amount.removeAttribute("error");
    return { atLeast: { metric: chosen(this.metric), amount: written, moreThan: chosen(this.compare) === "more_than" } };
  }
}

class Asked extends HTMLElement {
  start(tree, depth) {
    this.className = depth > 1 ? "laurel-group laurel-card" : "laurel-group";
    this.depth = depth;
    const plain = tree && tree.kind === "AT_LEAST";
    this.mode = select(texts.mode, ["ALL", "ANY"].map((name) => ({ name, text: texts[name] })), tree?.kind === "ANY" ? "ANY" : "ALL");
    this.rows = make("div", { class: "laurel-group-rows" });
    const add = make("s-button", {}, texts.add);
    add.addEventListener("click", () => { this.rows.append(new Amount().start()); this.changed(); this.rows.lastElementChild.metric.focus(); });
    const buttons = make("div", { class: "laurel-actions" }, add);
    if (depth < DEEPEST_GROUP) {
      const group = make("s-button", { variant: "tertiary" }, texts.group);
      group.addEventListener("click", () => { this.rows.append(new Asked().start(null, depth + 1)); this.changed(); });
      buttons.append(group);
    }
    this.append(this.mode, this.rows, buttons);
    for (const part of tree ? (plain ? [tree] : tree.parts) : []) {
      this.rows.append(part.kind === "AT_LEAST" ? new Amount().start(part) : new Asked().start(part, depth + 1));
    }
    if (depth > 1 && !tree) this.rows.append(new Amount().start());
    this.changed(false);
    return this;
  }

  changed(told = true) {
    this.mode.hidden = this.rows.childElementCount < 2;
    if (told) dirty();
    if (this.depth > 1 && !this.rows.childElementCount) {
      const around = this.parentElement.closest("laurel-asked");
      this.remove();
      around?.changed();
    }
  }

  read() {
    const parts = [...this.rows.children].map((row) => row.read()).filter(Boolean);
    if (parts.length < 2) return parts[0] ?? null;
    return { [chosen(this.mode).toLowerCase()]: parts };
  }
}

// A whole requirement: `data-field` names it in the input, its tree comes as JSON; without a note it must ask something.
class Requirement extends HTMLElement {
  connectedCallback() {
    if (this.asked) return;
    const note = this.dataset.note;
    this.note = make("p", { class: "laurel-note laurel-quiet" }, note ?? "");
    this.alert = make("p", { class: "laurel-error", role: "alert" });
    this.asked = new Asked();
    this.append(make("strong", {}, this.getAttribute("label")), this.alert, this.note, this.asked);
    this.asked.start(JSON.parse(this.dataset.tree || "null"), 1);
    if (!note && !this.asked.rows.childElementCount) this.asked.rows.append(new Amount().start());
    this.watch();
    new MutationObserver(() => this.watch()).observe(this.asked.rows, { childList: true });
  }

  static observedAttributes = ["error"];
  attributeChangedCallback() { if (this.alert) this.alert.textContent = this.getAttribute("error") ?? ""; }
  watch() { this.note.hidden = !this.dataset.note || this.asked.rows.childElementCount > 0; }
  get value() { return "set"; }
  read() {
    const tree = this.asked.read();
    const wrong = [...this.querySelectorAll("laurel-amount")].some((one) => one.problem);
    this.problem = !tree && !this.dataset.note ? texts.empty : wrong ? texts.wrong : false;
    return tree;
  }
}

customElements.define("laurel-amount", Amount);
customElements.define("laurel-asked", Asked);
customElements.define("laurel-requirement", Requirement);
