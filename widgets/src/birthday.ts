/** A birthday is told once and then kept for a year, so that nobody has one every day. */

import { element, type Child } from "./elements.ts";
import { dayText, monthText, yearlyText } from "./formats.ts";
import { section } from "./panel_page.ts";
import type { Birthday } from "./rewards_model.ts";
import type { Scene } from "./scene.ts";
import { sign } from "./symbols.ts";

/** February has its 29th: who was born on it has a birthday, too. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** The chosen and unsent day outlives a redrawing of the page. */
const draft = { month: 0, day: 0, problem: "", busy: false };

/** Nothing where the program gives nothing for birthdays. */
export function drawBirthday(scene: Scene): Child {
  const { texts, store } = scene;
  const gives = scene.answer?.program?.waysToEarn.some(({ kind }) => kind === "BIRTHDAY");
  if (!gives || !store.answer?.me) return null;
  const { birthday } = store.answer.me;
  const locked = birthday !== null && Date.parse(birthday.changeableFrom) > Date.now();
  const content = locked ? drawKnown(scene, birthday) : drawForm(scene, birthday);
  return section(texts.get("birthday.title"), element("div", { class: "birthday" }, sign("cake"), content));
}

function drawKnown({ texts }: Scene, { month, day, changeableFrom }: Birthday): HTMLElement {
  const until = texts.get("birthday.locked", { date: dayText(`${changeableFrom}T12:00`, texts.locale) });
  return element("div", {}, element("strong", {}, yearlyText(month, day, texts.locale)), element("small", {}, until));
}

function drawForm(scene: Scene, birthday: Birthday | null): HTMLElement {
  const { texts } = scene;
  if (!draft.month && birthday) Object.assign(draft, { month: birthday.month, day: birthday.day });
  const month = select(texts.get("birthday.month"), "birthday-month", range(12), (each) => monthText(each, texts.locale));
  const days = (): number[] => range(DAYS[draft.month - 1] ?? 31);
  const day = select(texts.get("birthday.day"), "birthday-day", days(), (each) => texts.number(each));
  [month.value, day.value] = [String(draft.month || ""), String(draft.day || "")];
  const save = element("button", { class: "pill", type: "submit", "data-focus": "birthday-save" }, texts.get("birthday.save"));
  const problem = element("p", { class: "problem", role: "alert" }, draft.problem);
  const form = element("form", { novalidate: true }, element("small", {}, texts.get("birthday.why")), element("div", { class: "fields" }, month, day, save), problem);
  form.addEventListener("change", () => {
    Object.assign(draft, { month: Number(month.value), day: Number(day.value) });
    options(day, texts.get("birthday.day"), days(), (each) => texts.number(each));
    day.value = draft.day <= days().length ? String(draft.day || "") : "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void saveBirthday(scene);
  });
  return form;
}

async function saveBirthday(scene: Scene): Promise<void> {
  const { texts, store } = scene;
  if (draft.busy) return;
  draft.busy = true;
  const chosen = draft.month > 0 && draft.day > 0;
  const outcome = chosen ? await store.setBirthday(draft.month, draft.day) : null;
  draft.busy = false;
  draft.problem = !outcome ? texts.get("birthday.choose") : outcome.answered ? (outcome.problem ?? "") : texts.get("birthday.unanswered");
  if (!draft.problem) scene.announce(texts.get("birthday.saved"));
  scene.redraw();
}

function select(label: string, name: string, values: readonly number[], words: (value: number) => string): HTMLSelectElement {
  const made = element("select", { name, "data-focus": name, "aria-label": label });
  options(made, label, values, words);
  return made;
}

function options(target: HTMLSelectElement, label: string, values: readonly number[], words: (value: number) => string): void {
  const choices = values.map((value) => element("option", { value: String(value) }, words(value)));
  target.replaceChildren(element("option", { value: "" }, label), ...choices);
}
