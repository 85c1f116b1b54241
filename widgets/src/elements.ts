/** Builds DOM by calls alone: text is only ever text, so nothing that a shop or a shopper typed can become markup. */

export type Child = Node | string | null | undefined | false;
export type Attributes = Readonly<Record<string, string | boolean | undefined>>;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  return fill(document.createElement(name), attributes, children);
}

/** An icon of 24 × 24 units, drawn with the text's color and hidden from assistive technology. */
export function icon(...paths: readonly string[]): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const drawn = paths.map((d) => fill(document.createElementNS(space, "path"), { d }, []));
  const svg = document.createElementNS(space, "svg");
  return fill(svg, { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, drawn);
}

/** Constructed style sheets, unlike style elements, also work where the page's policy forbids inline styles. */
export function shadow(host: HTMLElement, ...styles: readonly string[]): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles.join(""));
  root.adoptedStyleSheets = [sheet];
  return root;
}

/** An address that may be followed: http and https only, so that no `javascript:` link can be configured. */
export function safeLink(address: string | undefined): string | undefined {
  try {
    const { protocol, href } = new URL(address ?? "", location.href);
    return address && /^https?:$/.test(protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}

export function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function fill<Target extends Element>(target: Target, attributes: Attributes, children: readonly Child[]): Target {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) target.setAttribute(name, value === true ? "" : value);
  }
  target.append(...children.filter((child): child is Node | string => Boolean(child)));
  return target;
}
