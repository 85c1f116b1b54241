/** Rows of a board as a table: the rank, the chosen name, the score. The first three wear a medal. */

import { element } from "../elements.ts";
import { tinted } from "../tier_colors.ts";
import type { GameScene } from "./game_scene.ts";
import type { Row } from "./board_model.ts";

const MEDALS = ["#d4af37", "#b4b8bf", "#b0743f"] as const;

type Shown = Pick<Row, "rank" | "scoreText" | "handle" | "isMe"> & { readonly isFriend?: boolean; readonly kind?: string };

/** A row that stands for those that are left out, or words that stand between two rows. */
type Between = "gap" | { readonly line: HTMLElement; readonly kind: string };

export function drawRows(scene: GameScene, caption: string, rows: readonly (Shown | Between)[]): HTMLElement {
  const { words } = scene;
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, words.get("board.your_rank")),
    element("th", { scope: "col" }, words.get("board.name")),
    element("th", { scope: "col", class: "figures" }, words.get("board.score")),
  );
  const body = rows.map((row) => {
    if (row === "gap") return element("tr", { class: "gap", "aria-hidden": "true" }, element("td", { colspan: "3" }, "\u22ef"));
    if ("line" in row) return element("tr", { class: `cut ${row.kind}` }, element("td", { colspan: "3" }, row.line));
    return drawRow(scene, row);
  });
  return element("table", { class: "board" }, element("caption", { class: "quiet" }, caption), element("thead", {}, head), element("tbody", {}, ...body));
}

function drawRow({ words }: GameScene, { rank, scoreText, handle, isMe, isFriend, kind }: Shown): HTMLElement {
  const place = element("span", { class: "rank" }, words.number(rank));
  const color = MEDALS[rank - 1];
  const you = isMe && element("span", { class: "status" }, words.get("board.you"));
  const friend = isFriend && !isMe && element("span", { class: "status friend" }, words.get("board.friend"));
  const attributes = { class: [isMe ? "me" : "", kind ?? ""].join(" ").trim(), ...(isMe ? { "aria-current": "true" } : {}) };
  return element(
    "tr",
    attributes,
    element("td", {}, color ? tinted(place, color) : place),
    element("td", { class: "who" }, element("bdi", {}, handle), you, friend),
    element("td", { class: "figures" }, scoreText),
  );
}
