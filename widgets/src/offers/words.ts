/** The texts about offers come with their module: every page of the shop would have to carry them otherwise. */

import { Texts, type Values } from "../texts.ts";
import english from "./texts/en.json";
import chinese from "./texts/zh-CN.json";

/** The texts of the language; of a language that has none, the English ones. */
export function wordsFor(locale: string): Texts {
  const found: Values = /^zh\b/i.test(locale) ? chinese : english;
  return new Texts(found, locale);
}
