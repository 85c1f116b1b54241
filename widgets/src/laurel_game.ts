/** The module of the game, fetched by the panel: badges, challenges, streaks, levels, boards and leagues. */

import badges from "./game/badges.css";
import boards from "./game/boards.css";
import challenges from "./game/challenges.css";
import { PanelGame } from "./game/game.ts";
import home from "./game/home.css";
import streaks from "./game/streaks.css";
import { wordsFor } from "./game/words.ts";
import type { Game, Stage } from "./game_module.ts";
import type { Session } from "./session.ts";

export const styles = home + badges + challenges + streaks + boards;

export function createGame(session: Session, stage: Stage): Game {
  return new PanelGame(session, stage, wordsFor(stage.texts.locale));
}
