// Works a statement out again from its signed rows: signatures (Ed25519), sums, and the root hash (RFC 6962).
"use strict";

const form = document.getElementById("verify");
const said = document.getElementById("verified");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  tell("working", "");
  try {
    const found = await verify();
    tell(found.key, found.key === "good" || found.key === "unsigned" ? "good" : "bad", found);
  } catch {
    tell("failed", "bad");
  }
  button.disabled = false;
});

function tell(key, look, places = {}) {
  const words = form.dataset[key].replace("{count}", places.count).replace("{row}", places.row);
  said.className = "note " + look;
  said.hidden = false;
  said.textContent = words;
}

async function verify() {
  const [file, set] = await Promise.all([load(form.dataset.rows), load(form.dataset.keys)]);
  const lines = (await file.text()).trim().split("\n").map((line) => JSON.parse(line));
  const keys = await importKeys((await set.json()).keys);
  const tokens = [lines[0].statement, ...lines.slice(1).map((line) => line.event)];
  if (keys !== null) {
    for (let row = 0; row < tokens.length; row += 1) {
      if (!(await isGood(tokens[row], keys))) return { key: "row", row };
    }
  }
  const statement = JSON.parse(text(payload(tokens[0])));
  const leaves = [];
  const sums = new Map();
  for (const token of tokens.slice(1)) {
    const bytes = payload(token);
    leaves.push(await sha256(concat(Uint8Array.of(0), bytes)));
    const row = JSON.parse(text(bytes));
    sums.set(row.currency, (sums.get(row.currency) ?? 0n) + BigInt(row.micros));
  }
  const root = hex(await rootOf(leaves));
  if (root !== statement.root || root !== form.dataset.root) return { key: "other" };
  const same = statement.due.every((due) => BigInt(due.micros) === (sums.get(due.currency) ?? 0n));
  const rounded = statement.due.every((due) => halfEven(BigInt(due.micros)) === BigInt(due.due_minor));
  if (!same || !rounded || statement.lines !== leaves.length) return { key: "sums" };
  return { key: keys === null ? "unsigned" : "good", count: leaves.length };
}

async function load(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

async function importKeys(set) {
  try {
    const found = new Map();
    for (const { kty, crv, x, kid } of set) {
      found.set(kid, await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]));
    }
    return found;
  } catch {
    return null; // an older browser
  }
}

async function isGood(token, keys) {
  const [head, body, signature] = token.split(".");
  const key = keys.get(JSON.parse(text(bytesOf(head))).kid);
  if (key === undefined) return false;
  return crypto.subtle.verify({ name: "Ed25519" }, key, bytesOf(signature), new TextEncoder().encode(head + "." + body));
}

async function rootOf(leaves) {
  if (leaves.length === 0) return sha256(new Uint8Array());
  let level = leaves;
  while (level.length > 1) {
    const above = [];
    for (let at = 0; at + 1 < level.length; at += 2) {
      above.push(await sha256(concat(Uint8Array.of(1), level[at], level[at + 1])));
    }
    if (level.length % 2 === 1) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0];
}

function halfEven(micros) {
  const million = 1000000n;
  const sign = micros < 0n ? -1n : 1n;
  const size = micros * sign;
  const whole = size / million;
  const twice = (size % million) * 2n;
  return sign * (whole + (twice > million || (twice === million && whole % 2n === 1n) ? 1n : 0n));
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function payload(token) {
  return bytesOf(token.split(".")[1]);
}

function bytesOf(part) {
  const plain = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

function text(bytes) {
  return new TextDecoder().decode(bytes);
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
