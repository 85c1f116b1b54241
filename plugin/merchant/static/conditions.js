// The condition builder: groups of questions (all, at least one, none), each question a field, how it is compared and with
// what. It reads as the typed tree that the schema takes; nothing that is written here is ever run.
import { dirty } from "./forms.js";

const facts = JSON.parse(document.getElementById("condition-facts").textContent);
const { texts } = facts;
const DEEPEST_GROUP = 2;
const lists = new Set(["in", "not_in"]);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function select(label, options, value) {
  return make("s-select", { label, value }, ...options.map(({ name, text }) => make("s-option", { value: name }, text)));
}

const kindOf = (field) => (field.startsWith("event.fields.") ? "any" : facts.fields.find((one) => one.name === field)?.kind ?? "text");

class Question extends HTMLElement {
  start(tree, prefixes) {
    this.className = "laurel-question";
    const known = facts.fields.filter((one) => prefixes.includes(one.name.split(".")[0]));
    const own = tree?.field.startsWith("event.fields.");
    this.field = select(texts.field, known, own ? "event.fields." : tree?.field ?? known[0].name);
    this.own = make("s-text-field", { label: texts.event_field, value: own ? tree.field.slice(13) : "" });
    this.places = make("div", { class: "laurel-question-places" });
    const remove = make("s-button", { variant: "tertiary", tone: "critical", accessibilityLabel: texts.remove }, "×");
    remove.addEventListener("click", () => { const group = this.closest("laurel-group"); this.remove(); group.changed(); });
    this.append(this.field, this.own, this.places, remove);
    this.field.addEventListener("change", () => { this.draw(); dirty(); });
    this.draw(tree ?? undefined);
    return this;
  }

  get name() {
    const chosen = this.field.value || this.field.getAttribute("value");
    return chosen === "event.fields." ? `event.fields.${this.own.value.trim()}` : chosen;
  }

  draw(tree) {
    const kind = kindOf(this.name);
    this.own.hidden = !this.name.startsWith("event.fields.");
    this.operator = select(texts.operator, facts.operators[kind], tree?.operator ?? facts.operators[kind][0].name);
    this.operator.addEventListener("change", () => { this.drawValue(kind); dirty(); });
    this.places.replaceChildren(this.operator);
    this.drawValue(kind, tree);
  }

  drawValue(kind, tree) {
    this.value?.remove();
    const operator = this.operator.value || this.operator.getAttribute("value");
    const written = tree ? (tree.amounts.length ? tree.amounts.map((one) => `${one.currencyCode} ${one.amount}`) : tree.values).join(", ") : "";
    if (kind === "boolean" || operator === "exists") {
      this.value = select(texts.value, [{ name: "true", text: texts.yes }, { name: "false", text: texts.no }], written || "true");
    } else if (kind === "date") {
      this.value = make("s-date-field", { label: texts.value, value: written });
    } else {
      const details = lists.has(operator) ? texts["value.list"] : kind === "money" ? texts["value.money"]
        : this.name.endsWith("tags") ? texts["value.tags"] : /_ids?$/.test(this.name) ? texts["value.ids"] : undefined;
      this.value = make("s-text-field", { label: texts.value, value: written, details });
    }
    this.places.append(this.value);
  }

  read() {
    const operator = this.operator.value;
    const written = this.value.value.trim();
    this.problem = !written;
    this.value.toggleAttribute("error", !written);
    if (!written) this.value.setAttribute("error", texts.required);
    const amounts = kindOf(this.name) === "money" ? [...written.matchAll(/([A-Za-z]{3})\s*=?\s*([\d.]+)/g)] : [];
    const compare = { field: this.name, operator: operator.toUpperCase() };
    if (amounts.length) compare.amounts = amounts.map(([, code, amount]) => ({ amount, currencyCode: code.toUpperCase() }));
    else compare.values = lists.has(operator) ? written.split(/[,，]/).map((one) => one.trim()).filter(Boolean) : [written];
    return { compare };
  }
}

class Group extends HTMLElement {
  start(tree, prefixes, depth) {
    this.className = depth > 1 ? "laurel-group laurel-card" : "laurel-group";
    this.prefixes = prefixes;
    const negated = tree?.kind === "not";
    const inside = negated ? tree.conditions[0] : tree;
    const plain = negated ? inside.kind === "any" : inside && inside.kind !== "compare";
    const modes = ["all", "any", "none"].map((name) => ({ name, text: texts[`mode.${name}`] }));
    this.mode = select(texts.mode, modes, negated ? "none" : inside?.kind === "any" ? "any" : "all");
    this.rows = make("div", { class: "laurel-group-rows" });
    const addButton = make("s-button", {}, texts.add);
    addButton.addEventListener("click", () => { this.append_(null); this.changed(); this.rows.lastElementChild.field.focus(); });
    const buttons = make("div", { class: "laurel-actions" }, addButton);
    if (depth < DEEPEST_GROUP) {
      const groupButton = make("s-button", { variant: "tertiary" }, texts.add_group);
      groupButton.addEventListener("click", () => { this.rows.append(new Group().start(null, prefixes, depth + 1)); this.changed(); });
      buttons.append(groupButton);
    }
    this.append(this.mode, this.rows, buttons);
    this.depth = depth;
    for (const part of inside ? (plain ? inside.conditions : [inside]) : []) this.append_(part);
    if (depth > 1 && !tree) this.append_(null);
    this.changed(false);
    return this;
  }

  append_(tree) {
    const row = tree && tree.kind !== "compare" ? new Group().start(tree, this.prefixes, this.depth + 1) : new Question().start(tree, this.prefixes);
    this.rows.append(row);
  }

  changed(told = true) {
    const parts = this.rows.childElementCount;
    this.mode.hidden = parts === 0;
    if (told) dirty();
    if (parts === 0 && this.depth > 1) { const around = this.parentElement.closest("laurel-group"); this.remove(); around?.changed(); }
  }

  read() {
    const parts = [...this.rows.children].map((row) => row.read()).filter(Boolean);
    if (!parts.length) return null;
    const mode = this.mode.value || this.mode.getAttribute("value");
    if (mode === "none") return { not: parts.length === 1 ? parts[0] : { any: parts } };
    return parts.length === 1 ? parts[0] : { [mode]: parts };
  }
}

// The whole condition of a form: `data-field` names it in the input, its tree comes as JSON.
class Condition extends HTMLElement {
  connectedCallback() {
    if (this.group) return;
    const tree = JSON.parse(this.dataset.tree || "null");
    this.note = make("p", { class: "laurel-note laurel-quiet" }, texts.empty);
    this.alert = make("p", { class: "laurel-error", role: "alert" });
    this.group = new Group();
    this.append(make("strong", {}, this.getAttribute("label")), this.alert, this.group, this.note);
    this.group.start(tree, this.dataset.prefixes.split(" "), 1);
    this.watch();
    new MutationObserver(() => this.watch()).observe(this.group.rows, { childList: true });
  }

  static observedAttributes = ["error"];
  attributeChangedCallback() { if (this.alert) this.alert.textContent = this.getAttribute("error") ?? ""; }
  watch() { this.note.hidden = this.group.rows.childElementCount > 0; }
  get value() { return "set"; }
  read() {
    const tree = this.group.read();
    this.problem = [...this.querySelectorAll("laurel-question")].some((one) => one.problem);
    return tree;
  }
}

customElements.define("laurel-question", Question);
customElements.define("laurel-group", Group);
customElements.define("laurel-condition", Condition);
