/** Where a code is put into the cart: an address of this shop, or a secure one, and nothing else. */

export function applyLink(address: string | null, cart: string | undefined, page: string = location.href): string | undefined {
  if (!address) return undefined;
  try {
    const link = new URL(address, page);
    const own = link.origin === new URL(page).origin;
    if (!own && link.protocol !== "https:") return undefined;
    // It goes on to the cart, in the shopper's own language where the shop told its address.
    if (own) link.searchParams.set("redirect", cart?.startsWith("/") ? cart : "/cart");
    return link.href;
  } catch {
    return undefined;
  }
}
