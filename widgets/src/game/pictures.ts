/** The game's drawings: what stands for a goal, and what became of a unit of a streak. */

import { icon } from "../elements.ts";
import type { UnitState } from "./model.ts";

type Paths = readonly string[];

const FLAME: Paths = ["M12 21c3.9 0 6.5-2.5 6.5-6.2 0-3.2-2-5-3.3-7.2-.5 1.5-1.2 2.3-2.3 2.9.2-3-1-5.6-3.4-7.5.2 3.4-4 6.5-4 11.4C5.5 18.5 8.1 21 12 21z", "M12 21c1.9 0 3.1-1.2 3.1-3 0-1.7-1.2-2.6-2-4.1-1.6 1-4.2 2.3-4.2 4.3 0 1.7 1.2 2.8 3.1 2.8z"];
const SNOW: Paths = ["M12 3.5v17M4.6 7.8l14.8 8.4M19.4 7.8 4.6 16.2", "M9.5 5 12 7.3 14.5 5M9.5 19l2.5-2.3 2.5 2.3"];
const MOON: Paths = ["M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"];
const PATCH: Paths = ["M15.5 4.5 19.5 8.5 8.5 19.5 4.5 15.5z", "M10.5 11.5h.01M13 14h.01M13 11h.01"];
const CROSS: Paths = ["M8 8 16 16M16 8 8 16"];
const CHECK: Paths = ["M6 12.5l4 4L18 8"];
const PODIUM: Paths = ["M9 20V8.5h6V20", "M3.5 20v-7H9M15 11h5.5v9", "M2.5 20h19", "M12 5.5h.01"];
const SHIELD: Paths = ["M12 3.5 19.5 6v6c0 4.5-3 7.2-7.5 8.5-4.5-1.3-7.5-4-7.5-8.5V6z", "M8.5 13 12 9.5l3.5 3.5"];
const TARGET: Paths = ["M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17z", "M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M12 12h.01"];
const PEOPLE: Paths = ["M9 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z", "M3 19.5c.3-3.4 2.6-5.4 6-5.4s5.7 2 6 5.4", "M15.5 5.3a3.2 3.2 0 0 1 0 6M17.5 14.4c2.1.7 3.3 2.5 3.5 5.1"];
const BADGE: Paths = ["M12 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11z", "M8.5 13.3 7 20.5l5-2.5 5 2.5-1.5-7.2"];
const SHARE: Paths = ["M12 14.5V3.5M8 7.5l4-4 4 4", "M6.5 11.5h-1v9h13v-9h-1"];
const SAVE: Paths = ["M12 3.5v11M8 10.5l4 4 4-4", "M4.5 17v3.5h15V17"];
const SEAL: Paths = ["M5.5 3.5h9l4 4v13h-13z", "M14.5 3.5v4h4", "M8.5 12.5l2.3 2.3 4.4-4.4"];
const UP: Paths = ["M12 19V5.5M6.5 11 12 5.5 17.5 11"];
const DOWN: Paths = ["M12 5v13.5M6.5 13 12 18.5 17.5 13"];

const GOALS = { badge: BADGE, challenge: TARGET, down: DOWN, flame: FLAME, league: SHIELD, people: PEOPLE, podium: PODIUM, save: SAVE, seal: SEAL, share: SHARE, snow: SNOW, up: UP } as const;

/** What is drawn for a unit of a streak; one that is still open is an empty ring. */
const UNITS: Readonly<Record<UnitState, Paths>> = { DONE: CHECK, FROZEN: SNOW, QUIET: MOON, REPAIRED: PATCH, MISSED: CROSS, OPEN: [] };

export function goalPicture(name: keyof typeof GOALS): SVGSVGElement {
  return icon(...GOALS[name]);
}

export function unitPicture(state: UnitState): SVGSVGElement {
  return icon(...(UNITS[state] ?? []));
}
