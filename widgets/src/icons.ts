/** The product's mark, a sprig of laurel: its stem is stroked, its leaves are filled. */

import { icon } from "./elements.ts";

const STEM = "M4.6 21.6Q6.6 13 14.6 7";
const LEAVES =
  "M14.6 7C14.3 3.9 17.1 1.7 20.1 2.6C20.3 5.7 17.6 7.9 14.6 7Z" +
  "M6 17.3C3.2 16.5 1.9 13.1 3.4 10.6C6.2 11.4 7.5 14.8 6 17.3Z" +
  "M6 17.3C7.1 14.6 10.5 13.5 12.9 15.1C11.9 17.8 8.5 18.9 6 17.3Z" +
  "M9.4 11.9C6.9 10.5 6.5 7.1 8.6 5.2C11.1 6.6 11.5 10 9.4 11.9Z" +
  "M9.4 11.9C11 9.6 14.4 9.4 16.2 11.6C14.6 14 11.2 14.2 9.4 11.9Z";

export function laurel(): SVGSVGElement {
  const mark = icon(STEM, LEAVES);
  mark.lastElementChild?.setAttribute("fill", "currentColor");
  mark.lastElementChild?.setAttribute("stroke", "none");
  return mark;
}
