// Forms that are objects: fields with `data-field` inside groups with `data-object` and lists with `data-list` become the
// input of a mutation, and what the mutation objects to by its path is shown beside the very field.
import { Refused, toast } from "./send.js";

const page = () => document.getElementById("page");

/** Whether an element, or a group around it within the root, is switched off. */
function isOff(element) {
  return element.hidden || element.hasAttribute("disabled");
}

/** Walk what belongs to this object itself, not to objects below it. */
function* parts(root) {
  for (const child of root.children) {
    if (child.localName === "template" || isOff(child)) continue;
    if (child.dataset.field || child.dataset.object || child.dataset.list) yield child;
    else yield* parts(child);
  }
}

const readers = {
  text: (field) => field.value.trim() || null,
  integer: (field) => number(field, /^[+-]?\d{1,16}$/, Number),
  decimal: (field) => number(field, /^-?\d{1,12}(\.\d{1,6})?$/, (written) => written),
  boolean: (field) => field.checked,
  tristate: (field) => ({ true: true, false: false })[field.value] ?? null,
  choice: (field) => field.value || null,
  texts: (field) => field.value.split(/[,，\n]/).map((one) => one.trim()).filter(Boolean),
  integers: (field) => [...field.value.matchAll(/\d+/g)].map(([one]) => Number(one)),
  json: (field) => JSON.parse(field.value),
  moneys: (field) => moneys(field),
  custom: (field) => field.read(),
};

function number(field, pattern, convert) {
  const written = field.value.trim().replaceAll(/[\s_]/g, "").replace("−", "-");
  if (!written) return null;
  if (pattern.test(written)) return convert(written);
  field.problem = true;
  return null;
}

/** Amounts in several currencies in one line, such as "USD 10, EUR 9"; null for none. */
function moneys(field) {
  const written = field.value.trim();
  const parts = written.split(/[,，;]/).map((part) => part.trim().match(/^([A-Za-z]{3})\s*=?\s*(\d{1,12}(?:\.\d{1,3})?)$/));
  if (!written || parts.includes(null)) {
    field.problem = Boolean(written);
    return null;
  }
  return parts.map(([, code, amount]) => ({ amount, currencyCode: code.toUpperCase() }));
}

/** The object that a form, or a part of it, stands for. */
export function collect(root) {
  const found = {};
  for (const part of parts(root)) {
    const { field, object, list } = part.dataset;
    if (object) found[object] = collect(part);
    else if (list) found[list] = [...part.children].filter((row) => row.dataset.row !== undefined && !row.hidden).map(collect);
    else {
      part.problem = false;
      const value = readers[part.dataset.type ?? "text"](part);
      if (value !== null || part.dataset.null !== "omit") found[field] = value;
    }
  }
  return found;
}

/** Every field below a root that counts, nested ones included. */
function* fields(root) {
  for (const part of parts(root)) {
    if (part.dataset.field) yield part;
    else if (part.dataset.object) yield* fields(part);
    else for (const row of part.children) if (row.dataset.row !== undefined) yield* fields(row);
  }
}

/** The field that a path of the input means, or the nearest thing around it. */
function find(root, path) {
  let place = root;
  for (const name of path) {
    const next = /^\d+$/.test(name)
      ? [...place.children].filter((row) => row.dataset?.row !== undefined)[Number(name)]
      : [...parts(place)].find((part) => [part.dataset.field, part.dataset.object, part.dataset.list].includes(name));
    if (!next) break;
    place = next;
    if (place.dataset.field) return place;
  }
  const [first] = place === root ? [] : fields(place);
  return first ?? null;
}

function clear(form) {
  for (const field of fields(form)) field.removeAttribute("error");
  const banner = form.querySelector("[data-problems]");
  if (banner) { banner.hidden = true; banner.replaceChildren(); }
}

/** What the browser can see before anything is sent: what is missing and what is no number. True when all is well. */
export function check(form) {
  clear(form);
  collect(form);
  const texts = form.dataset;
  let first = null;
  for (const field of fields(form)) {
    const missing = field.hasAttribute("required") && field.dataset.type !== "custom" && !String(field.value ?? "").trim();
    const wrong = typeof field.problem === "string" ? field.problem : field.dataset.type === "integer" ? texts.whole : texts.number;
    const message = field.problem ? wrong : missing ? texts.required : "";
    if (!message) continue;
    reveal(field, form);
    field.setAttribute("error", message);
    first ??= field;
  }
  first?.focus();
  if (first) problems(form, [texts.check]);
  return !first;
}

/** Open the closed parts of a form that a field lies in. */
function reveal(field, form) {
  for (let around = field; around && around !== form; around = around.parentElement) if (around.localName === "details") around.open = true;
}

function problems(form, messages) {
  const banner = form.querySelector("[data-problems]");
  if (!banner) return toast(messages[0]);
  banner.replaceChildren(...messages.map((message) => Object.assign(document.createElement("p"), { textContent: message })));
  banner.hidden = false;
  banner.scrollIntoView({ block: "nearest" });
}

/** Put what was objected to where it belongs. `strip` is how many names of each path lie above the form. */
export function showErrors(form, userErrors, strip = 1) {
  // A banner of its own says what to do about a conflict: once is enough.
  const told = Boolean(form.querySelector("[data-conflict]:not([hidden])"));
  const objections = userErrors.filter(({ code }) => !(told && code === "VERSION_CONFLICT"));
  if (objections.length === 0) return;
  const loose = [];
  let first = null;
  for (const { field: path, message } of objections) {
    const place = find(form, (path ?? []).slice(strip));
    if (!place) { loose.push(message); continue; }
    reveal(place, form);
    place.setAttribute("error", message);
    first ??= place;
  }
  problems(form, loose.length ? loose : [form.dataset.check]);
  first?.focus();
}

/** Send a form's object once it is whole; nothing that was typed is lost when it is refused. */
export async function submit(form, work, { strip = 1, done } = {}) {
  if (form.dataset.busy || !check(form)) return false;
  form.dataset.busy = "true";
  const buttons = form.querySelectorAll('s-button[type="submit"]');
  for (const button of buttons) button.setAttribute("loading", "");
  try {
    await work(collect(form));
    clean();
    if (done) toast(done);
    return true;
  } catch (error) {
    if (error instanceof Refused) showErrors(form, error.userErrors, strip);
    else problems(form, [page().dataset.failed]);
    return false;
  } finally {
    delete form.dataset.busy;
    for (const button of buttons) button.removeAttribute("loading");
  }
}

/** The save bar appears with the first change and goes with the last save. */
export function dirty() {
  if (document.getElementById("save-bar")) window.shopify.saveBar?.show("save-bar");
}

export function clean() {
  if (document.getElementById("save-bar")) window.shopify.saveBar?.hide("save-bar");
}

/** Show the parts whose `data-when` names the value that its field has: "kind=fixed|slider". */
export function showParts(root) {
  for (const part of root.querySelectorAll("[data-when]")) {
    const [name, wanted] = part.dataset.when.split("=");
    const scope = part.parentElement.closest("[data-row], [data-object], form") ?? root;
    const field = scope.querySelector(`[data-switch="${name}"]`) ?? root.querySelector(`[data-switch="${name}"]`);
    const value = field?.localName === "s-checkbox" || field?.localName === "s-switch" ? String(field.checked) : field?.value;
    part.hidden = !wanted.split("|").includes(value);
  }
}
