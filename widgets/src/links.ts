/** Where the panel's links lead: addresses that the program names, in this shop or elsewhere. */

import { safeLink } from "./elements.ts";

/** An address that the program names; a path of this shop is followed in the shopper's own language. */
export function shopLink(address: string | null | undefined, cart: string | undefined): string | undefined {
  const root = cart?.startsWith("/") ? cart.replace(/\/cart$/, "") : "";
  return safeLink(address?.startsWith("/") && !address.startsWith("//") ? root + address : (address ?? undefined));
}

/** Puts a code into the cart: at an address of this shop, or a secure one, and nothing else. */

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
