// What the forms of the game stand for, as the schema takes it: times as instants, handles for what has none yet, and
// nothing that is empty, so that the schema's own defaults hold.
import { instantOf } from "./moments.js";

const TIMES = new Set(["startsAt", "endsAt"]);
const KINDS = new Set(["always", "each", "last", "between", "once"]);

function slug(text) {
  return text.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 50);
}

/** A handle from a name, or, where there is none or one without Latin letters, from the time. */
export function handleOf(name, kind) {
  return slug(name ?? "") || `${kind}-${Date.now().toString(36)}`;
}

/** Handles for the rows that have none, each its own. */
function withHandles(rows, kind) {
  const taken = new Set(rows.map((row) => row.handle).filter(Boolean));
  return rows.map((row, place) => {
    if (row.handle) return row;
    const base = slug(row.title ?? "") || `${kind}-${place + 1}`;
    let handle = base;
    for (let number = 2; taken.has(handle); number += 1) handle = `${base}-${number}`;
    taken.add(handle);
    return { ...row, handle };
  });
}

/** A currency belongs only to money. */
function counterOf({ currency, ...counter }) {
  return counter.metric === "SPEND" || counter.minimumSpend ? { ...counter, currency: currency?.toUpperCase() } : counter;
}

function filled(value, zone) {
  if (Array.isArray(value)) return value.map((one) => filled(one, zone));
  if (value === null || typeof value !== "object") return value;
  const found = {};
  for (const [name, part] of Object.entries(value)) {
    if (part === null) { if (name === "pointsDays") found.pointsNeverExpire = true; }
    else if (TIMES.has(name)) found[name] = instantOf(part, zone);
    else found[name] = name === "counter" ? counterOf(filled(part, zone)) : filled(part, zone);
  }
  return found;
}

const kinds = {
  badge: ({ givenByHand, ...badge }) => ({
    ...badge, givenByHand,
    ...(givenByHand && { levels: badge.levels.map((level, place) => ({ ...level, target: String(place + 1) })) }),
  }),
  challenge: (challenge) => ({ ...challenge, steps: withHandles(challenge.steps, "step") }),
  leaderboard: ({ tiers, tags, ...board }) => ({
    ...board,
    segments: [...tiers.map((value) => ({ kind: "TIER", value })), ...tags.map((value) => ({ kind: "TAG", value }))],
    ...(board.seasons && { seasons: board.seasons.map((one, place) => ({ ...one, handle: slug(one.handle ?? "") || `season-${place + 1}` })) }),
  }),
};

/** The input of a kind's own type, from the object that its form stands for. */
export function inputOf(kind, object, zone) {
  return filled(kinds[kind]?.(object) ?? object, zone);
}

/**
 * Where the page has what a path of the input means: the handle and the place in the list lie beside the definition in the
 * input and within it here, and what a window or period says names its kind first.
 */
export function placed(path, kind) {
  if (["handle", "position"].includes(path?.[1])) return [path[0], kind, path[1]];
  return path?.filter((name, place) => !(KINDS.has(name) && ["window", "period"].includes(path[place - 1])));
}
