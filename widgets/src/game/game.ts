/** The game in the panel: its answers, its news, and which of its pages is shown. */

import type { Child } from "../elements.ts";
import type { Game, Stage } from "../game_module.ts";
import type { LiveStore } from "../live_store.ts";
import type { GameView } from "../navigation.ts";
import type { Scene } from "../scene.ts";
import type { Session } from "../session.ts";
import type { Texts } from "../texts.ts";
import { drawBadge } from "./badge_page.ts";
import { drawBadges } from "./badges_page.ts";
import { drawBoard } from "./board_page.ts";
import { BoardStore, FriendStore, LeagueStore } from "./board_stores.ts";
import { drawChallenges } from "./challenges_page.ts";
import { drawFriendsPage } from "./friends_page.ts";
import type { GameScene } from "./game_scene.ts";
import { drawHome, newsText } from "./home.ts";
import { drawLeague } from "./league_page.ts";
import type { News } from "./news.ts";
import { GameStore } from "./store.ts";
import { drawStreaks } from "./streaks_page.ts";
import type { OwnView } from "./views.ts";

export class PanelGame implements Game {
  private readonly goals: GameStore;
  private readonly friends: FriendStore;
  private readonly boards = new Map<string, BoardStore>();
  private readonly leagues = new Map<string, LeagueStore>();
  private news: readonly News[] = [];
  /** What the page that was drawn last is about: it is asked for again with everything else. */
  private watched: LiveStore<unknown> | null = null;
  private watchedBefore: LiveStore<unknown> | null = null;

  constructor(
    private readonly session: Session,
    private readonly stage: Stage,
    private readonly words: Texts,
  ) {
    this.goals = this.followed(new GameStore(session));
    this.friends = this.followed(new FriendStore(session));
    this.goals.addEventListener("news", (event) => this.tell((event as CustomEvent<readonly News[]>).detail));
    void this.goals.refresh();
  }

  async refresh(): Promise<void> {
    await Promise.all([this.goals.refresh(), this.watched?.refresh()]);
  }

  drawHome(scene: Scene): Child {
    this.watched = null;
    return drawHome(this.sceneOf(scene));
  }

  drawPage(scene: Scene, view: GameView): DocumentFragment {
    [this.watchedBefore, this.watched] = [this.watched, null];
    const own = view as OwnView;
    const mine = this.sceneOf(scene);
    switch (own.page) {
      case "badges":
        return drawBadges(mine);
      case "badge":
        return drawBadge(mine, own);
      case "challenges":
        return drawChallenges(mine, own);
      case "streaks":
        return drawStreaks(mine, own);
      case "board":
        return drawBoard(mine, own);
      case "league":
        return drawLeague(mine, own);
      case "friends":
        this.watch(this.friends);
        return drawFriendsPage(mine, own);
    }
  }

  private sceneOf(scene: Scene): GameScene {
    const { words, goals, friends, news } = this;
    return {
      ...scene,
      words,
      goals,
      friends,
      news,
      board: (handle) => this.watch(this.kept(this.boards, handle, () => new BoardStore(this.session, handle))),
      league: (handle) => this.watch(this.kept(this.leagues, handle, () => new LeagueStore(this.session, handle))),
      forget: (old) => (this.news = this.news.filter((one) => one !== old)),
    };
  }

  private kept<Store extends LiveStore<unknown>>(stores: Map<string, Store>, handle: string, make: () => Store): Store {
    const store = stores.get(handle) ?? this.followed(make());
    stores.set(handle, store);
    return store;
  }

  /** What a page shows is asked for when the page is opened, and again with everything else. */
  private watch<Store extends LiveStore<unknown>>(store: Store): Store {
    this.watched = store;
    if (store === this.watchedBefore) return store;
    store.begin();
    void store.refresh();
    return store;
  }

  private followed<Store extends LiveStore<unknown>>(store: Store): Store {
    store.addEventListener("change", () => this.stage.redraw());
    return store;
  }

  private tell(news: readonly News[]): void {
    this.news = [...news, ...this.news];
    this.stage.redraw();
    this.stage.announce(news.map((each) => newsText({ words: this.words }, each)).join(" "));
    this.stage.cheer();
  }
}
