// Going from page to page inside the admin's frame: each document request carries a fresh ID token and keeps what the
// admin said of the shop, and the token is taken out of the address once it was used.
const kept = ["embedded", "host", "locale", "shop"];

export async function go(href) {
  await window.shopify.saveBar?.leaveConfirmation?.();
  const here = new URLSearchParams(location.search);
  const target = new URL(href, location.origin);
  for (const name of kept) {
    if (here.has(name) && !target.searchParams.has(name)) target.searchParams.set(name, here.get(name));
  }
  target.searchParams.set("id_token", await window.shopify.idToken());
  location.assign(target);
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.composedPath().find((node) => node instanceof Element && node.hasAttribute("href"));
  const href = link?.getAttribute("href") ?? "";
  const elsewhere = link?.getAttribute("target");
  if (!href.startsWith("/") || href.startsWith("//") || (elsewhere && elsewhere !== "_self")) return;
  event.preventDefault();
  go(href);
});

// Enter in a field of one line sends its form, as in any form; fields in shadow roots do not do so by themselves.
const lines = "s-text-field, s-number-field, s-search-field, s-date-field";
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
  const form = event.target.closest?.(lines)?.closest("form");
  if (!form?.querySelector('s-button[type="submit"]')) return;
  event.preventDefault();
  form.requestSubmit();
});

const address = new URL(location.href);
if (address.searchParams.has("id_token")) {
  address.searchParams.delete("id_token");
  history.replaceState(history.state, "", address);
}
