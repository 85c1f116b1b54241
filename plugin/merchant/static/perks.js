// Rows of the perks' editor as the schema takes them: each with a handle of its own, times as instants.
import { instantOf } from "./moments.js";

/** A handle that no other row has: what was delivered is remembered under it, so that it never changes. */
function handleOf(perk, taken) {
  const [kind] = Object.keys(perk).filter((name) => name !== "handle");
  const base = kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  let number = 1;
  while (taken.has(`${base}-${number}`)) number += 1;
  taken.add(`${base}-${number}`);
  return `${base}-${number}`;
}

export function perksOf(rows, zone) {
  const taken = new Set(rows.map((row) => row.handle).filter(Boolean));
  return rows.map((row) => {
    const perk = { ...row, handle: row.handle ?? handleOf(row, taken) };
    if (perk.earlyAccess) {
      const { opensAt, membersFrom } = perk.earlyAccess;
      perk.earlyAccess = { ...perk.earlyAccess, opensAt: instantOf(opensAt, zone), membersFrom: instantOf(membersFrom, zone) };
    }
    return perk;
  });
}
