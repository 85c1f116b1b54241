// What every page's script sends: requests with a fresh ID token, mutations, and the page again after a change.
const page = () => document.getElementById("page");

const patterns = JSON.parse(document.getElementById("problem-patterns").textContent).map(([pattern, text]) => [new RegExp(pattern), text]);

/** A message of the server in the merchant's words, where there are any for it. */
function inWords(message) {
  for (const [pattern, text] of patterns) {
    const found = message.match(pattern);
    if (found) return text.replace("{0}", found.slice(1).find(Boolean) ?? "");
  }
  return message;
}

/** A problem that people can be told: what the server said, field by field where it said so. */
export class Refused extends Error {
  constructor(userErrors) {
    super(inWords(userErrors[0]?.message ?? "refused"));
    this.userErrors = userErrors.map((one) => ({ ...one, message: inWords(one.message) }));
  }
}

/** Fetch one of our own addresses as the staff member who is looking. Throws unless the answer is a success. */
export async function send(path, options = {}) {
  const token = await window.shopify.idToken();
  const address = new URL(path, location.origin);
  if (!address.searchParams.has("locale")) address.searchParams.set("locale", document.documentElement.lang);
  const response = await fetch(address, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
  if (!response.ok) throw Object.assign(new Error(`status ${response.status}`), { response });
  return response;
}

/** Run a persisted mutation; its payload, or Refused with what it objects to. */
export async function mutate(documentId, input) {
  const body = JSON.stringify({ documentId, variables: { input } });
  const response = await send("/admin/graphql", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const answer = await response.json();
  if (answer.errors) throw new Error(answer.errors[0].message);
  const [result] = Object.values(answer.data);
  if (result.userErrors.length) throw new Refused(result.userErrors);
  return result;
}

// The newest question that was asked for a place: an answer to an older one that comes later is no news.
const newest = new WeakMap();

/** The document that an address answers with, null where it was overtaken. */
async function read(place, path) {
  const question = {};
  newest.set(place, question);
  const text = await (await send(path)).text();
  return newest.get(place) === question ? new DOMParser().parseFromString(text, "text/html") : null;
}

/** Ask for a page again and put it in place of the one that is shown. */
export async function refresh(path = location.pathname + location.search) {
  const fresh = await read(document, path);
  if (!fresh) return;
  page().replaceWith(document.adoptNode(fresh.getElementById("page")));
  document.dispatchEvent(new Event("laurel:drawn"));
}

/** Fetch a fragment of a page and put it into an element. */
export async function fill(element, path) {
  element.setAttribute("aria-busy", "true");
  try {
    const fresh = await read(element, path);
    if (fresh) element.replaceChildren(...[...fresh.body.childNodes].map((node) => document.adoptNode(node)));
  } finally {
    element.removeAttribute("aria-busy");
  }
}

export function toast(text) {
  window.shopify.toast.show(text);
}

/** Do something for a button that must not be pressed twice; tell how it ended. True when it worked. */
export async function act(button, work, done, { redraw = true } = {}) {
  button.setAttribute("loading", "");
  try {
    await work();
    if (done) toast(done);
    if (redraw) await refresh();
    return true;
  } catch (error) {
    toast(error instanceof Refused ? error.message : page().dataset.failed);
    return false;
  } finally {
    button.removeAttribute("loading");
  }
}

/** A key that makes a repeated request harmless: one per attempt that the person sees as one. */
export function newKey() {
  return crypto.randomUUID();
}

/** Hand a file that only the staff may fetch to the browser. */
export async function download(path, name) {
  const response = await send(path);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = response.headers.get("content-disposition")?.match(/filename="([^"]+)"/)?.[1] ?? name;
  link.click();
  URL.revokeObjectURL(link.href);
}
