/** Friends: one's own code to hand on, a code that one was given, and those one is compared with. */

import { element, type Child } from "../elements.ts";
import { copyButton } from "../code.ts";
import { button, heading, page, section } from "../panel_page.ts";
import { sign } from "../symbols.ts";
import type { FriendsAnswer } from "./board_model.ts";
import { textField } from "./fields.ts";
import { attempt, drawProblem, drawWaiting, wisher, type GameScene } from "./game_scene.ts";
import { goalPicture } from "./pictures.ts";
import type { FriendsView } from "./views.ts";

const CODE_MAXIMUM = 40;

type Friend = NonNullable<FriendsAnswer["me"]>["friends"][number];

export function drawFriendsPage(scene: GameScene, view: FriendsView): DocumentFragment {
  const { words, friends } = scene;
  const title = words.get("friends.title");
  const me = friends.answer?.me;
  if (!me) return drawWaiting(scene, title, friends);
  const own = copyButton(scene, { id: "friend-code", code: me.friendCode }, "big-code", grouped(me.friendCode));
  const rows = me.friends.map((friend) => drawFriend(scene, view, friend));
  const none = element("p", { class: "empty" }, goalPicture("people"), words.get("friends.none"));
  return page(heading(scene, title), [
    section(words.get("friends.own_code"), element("div", { class: "own-code" }, own, element("p", { class: "small-print" }, words.get("friends.about")))),
    section(words.get("friends.add_title"), drawAdding(scene, view)),
    section(words.counted("friends.count", rows.length), rows.length > 0 ? element("ul", { class: "friends" }, ...rows) : none),
  ]);
}

/** A long code in groups of letters, so that it can be read out and typed; spaces do not count where it is entered. */
function grouped(code: string): string {
  return code.replace(/.{5}(?=.)/g, "$& ");
}

function drawAdding(scene: GameScene, view: FriendsView): HTMLElement {
  const { words, friends } = scene;
  const send = (): void => {
    const field = view.fields.get("friend-code-field");
    const code = field?.value.trim() ?? "";
    if (!field || !code) return scene.focus("friend-code-field");
    void attempt(scene, view, "add", () => friends.add(code), words.get("friends.added")).then((done) => done && (field.value = ""));
  };
  const field = textField(view.fields, { name: "friend-code-field", label: words.get("friends.code"), most: CODE_MAXIMUM });
  const form = element("form", { novalidate: true }, field, wisher(view, words.get("friends.add"), "pill", "add", send), drawProblem(view, "add"));
  form.addEventListener("submit", (event) => (event.preventDefault(), send()));
  return form;
}

function drawFriend(scene: GameScene, view: FriendsView, { id, displayName }: Friend): Child & HTMLElement {
  const { words, friends } = scene;
  const name = displayName ?? words.get("friends.nameless");
  const focus = `remove:${id}`;
  const away = button("", "round", focus, () => void attempt(scene, view, focus, () => friends.remove(id), words.get("friends.removed", { name })));
  away.setAttribute("aria-label", words.get("friends.remove", { name }));
  away.append(sign("cross"));
  return element("li", {}, goalPicture("people"), element("bdi", {}, name), away, drawProblem(view, focus));
}
