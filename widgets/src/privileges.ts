/** What a tier or a plan does for its members, one by one; the shopper's own with the codes that were made for them. */

import { copyButton } from "./code.ts";
import { element, type Child } from "./elements.ts";
import { dayText } from "./formats.ts";
import { applyLink, shopLink } from "./links.ts";
import type { Scene } from "./scene.ts";
import type { MyPrivilege, Privilege } from "./standing_model.ts";
import { privilegePicture, sign } from "./symbols.ts";

/** The privileges of a tier or plan as anybody may read them. */
export function drawPrivileges(scene: Scene, privileges: readonly Privilege[]): Child {
  return privileges.length > 0 && element("ul", { class: "privileges" }, ...privileges.map((each) => drawRow(scene, each)));
}

/** The shopper's own: as many of them as come from what has this name. */
export function drawMine(scene: Scene, grantor: string, privileges: readonly Privilege[]): Child {
  const mine = (scene.standing.answer?.me?.perks ?? []).filter(({ grantorTitle }) => grantorTitle === grantor);
  if (mine.length === 0) return drawPrivileges(scene, privileges);
  return element("ul", { class: "privileges" }, ...mine.map((each) => drawRow(scene, each.perk, drawDelivery(scene, each))));
}

function drawRow({ texts, links }: Scene, privilege: Privilege, delivery?: Child): HTMLElement {
  const { kind, title, description, text, url } = privilege;
  const link = shopLink(url, links.cart);
  const open = link && element("a", { class: "link", href: link, "data-focus": `open:${url}` }, texts.get("perk.open"), sign("forward"));
  if (open) open.setAttribute("aria-label", `${texts.get("perk.open")}: ${title}`);
  return element(
    "li",
    {},
    element("span", { class: "seal" }, privilegePicture(kind)),
    element(
      "div",
      {},
      element("strong", {}, title),
      description && element("small", {}, description),
      text && element("p", { class: "members-text" }, text),
      open,
      delivery,
    ),
  );
}

/** The code, ready to be used; while it is being made, or where that went wrong, a word about it. */
function drawDelivery(scene: Scene, { code, applyUrl, state, perk, endsAt }: MyPrivilege): Child {
  const { texts, links } = scene;
  if (state === "WAITING") return element("small", { class: "making" }, element("span", { class: "spinner" }), texts.get("perk.waiting"));
  if (!code || state !== "DELIVERED") return null;
  const link = applyLink(applyUrl, links.cart);
  const apply = link && element("a", { class: "pill", href: link, "data-focus": `apply:${code}` }, texts.get("mine.apply"));
  if (apply) apply.setAttribute("aria-label", `${texts.get("mine.apply")}: ${perk.title}`);
  const until = endsAt && element("small", {}, texts.get("mine.until", { date: dayText(endsAt, texts.locale) }));
  return element("div", {}, element("div", { class: "use" }, copyButton(scene, { id: code, code }, "small-code"), apply), until);
}
