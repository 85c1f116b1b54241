// Works a statement out again from its signed rows alone: signatures (Ed25519), sums, and the root hash (RFC 6962).
// Nothing here touches the page: signed lines in, what does not hold out, as { key, row, event, … } each.

/** The public keys of a JWK Set by their names, or null where this browser knows no Ed25519. */
export async function importKeys(set) {
  try {
    const found = new Map();
    for (const { kty, crv, x, kid } of set) {
      found.set(kid, await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]));
    }
    return found;
  } catch {
    return null;
  }
}

/** A file of signed rows as { statement, events }: JSON lines of a statement, or what the events call answers. */
export function readLines(text) {
  const lines = text.trim().split("\n").map((line) => JSON.parse(line));
  const whole = lines.length === 1 && Array.isArray(lines[0].events) ? lines[0].events : lines;
  const events = whole.map((line) => line.event ?? line.token).filter((token) => typeof token === "string");
  const statement = whole.find((line) => typeof line.statement === "string")?.statement ?? null;
  if (events.length + (statement === null ? 0 : 1) < whole.length) throw new Error("not signed rows");
  return { statement, events: events.map(readToken) };
}

/** What does not hold of a statement; `expected` is the root and number that the page shows, `shown` its rows. */
export async function check({ statement, events }, keys, expected, shown) {
  const problems = [];
  const said = JSON.parse(decode(readToken(statement).bytes));
  if (keys !== null && !(await isGood(readToken(statement), keys))) problems.push({ key: "statement" });
  if (said.number !== expected.number || said.root !== expected.root) problems.push({ key: "number" });
  let before = 0n;
  for (const [index, token] of events.entries()) {
    const at = { row: index + 1, event: token.row.id };
    if (keys !== null && !(await isGood(token, keys))) problems.push({ key: "signature", ...at });
    if (BigInt(token.row.id) <= before) problems.push({ key: "order", ...at });
    if (token.row.partner !== said.partner) problems.push({ key: "foreign", ...at });
    if (shown.has(index + 1) && !isShown(token.row, shown.get(index + 1))) problems.push({ key: "shown", ...at });
    before = BigInt(token.row.id);
  }
  if (said.lines !== events.length) problems.push({ key: "lines", count: events.length, said: said.lines });
  problems.push(...checkSums(said, events));
  const root = hex(await rootOf(events));
  if (root !== said.root) problems.push({ key: "root", root });
  return { problems, root };
}

/** The root hash over rows in their order. */
export async function rootOf(events) {
  if (events.length === 0) return sha256(new Uint8Array());
  let level = await Promise.all(events.map((token) => sha256(concat(Uint8Array.of(0), token.bytes))));
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

/** Where a copy that the partner kept says something else. Rows that only it has count if it is of this statement. */
export function compare({ statement, events }, copy) {
  const problems = [];
  const theirs = new Map(copy.events.map((token) => [token.row.id, token]));
  for (const [index, token] of events.entries()) {
    const at = { row: index + 1, event: token.row.id };
    const other = theirs.get(token.row.id);
    theirs.delete(token.row.id);
    if (other === undefined) problems.push({ key: "missing_here", ...at });
    else if (decode(other.bytes) !== decode(token.bytes)) {
      const names = Object.keys({ ...token.row, ...other.row });
      const fields = names.filter((name) => JSON.stringify(token.row[name]) !== JSON.stringify(other.row[name]));
      problems.push({ key: "altered", fields: fields.map((name) => `${name} ${other.row[name]}`).join(", "), ...at });
    }
  }
  const same = copy.statement !== null && numberOf(copy.statement) === numberOf(statement);
  if (same) for (const event of theirs.keys()) problems.push({ key: "missing_there", event });
  return problems;
}

function checkSums(said, events) {
  const sums = new Map();
  for (const { row } of events) {
    for (const name of [`${row.kind} ${row.currency}`, row.currency]) {
      const sum = sums.get(name) ?? { events: 0, points: 0n, micros: 0n };
      sum.events += 1;
      sum.points += BigInt(row.points);
      sum.micros += BigInt(row.micros);
      sums.set(name, sum);
    }
  }
  const problems = [];
  const none = { events: 0, points: 0n, micros: 0n };
  for (const { kind, currency, events: count, points, micros } of said.totals) {
    const sum = sums.get(`${kind} ${currency}`) ?? none;
    sums.delete(`${kind} ${currency}`);
    const same = sum.events === count && sum.points === BigInt(points) && sum.micros === BigInt(micros);
    if (!same) problems.push({ key: "sums", kind, currency });
  }
  for (const { currency, micros, due_minor: due } of said.due) {
    const sum = sums.get(currency) ?? none;
    sums.delete(currency);
    if (sum.micros !== BigInt(micros) || halfEven(sum.micros) !== BigInt(due)) problems.push({ key: "due", currency });
  }
  // What is left was summed up, and the statement says nothing of it.
  for (const name of sums.keys()) problems.push({ key: "due", currency: name });
  return problems;
}

async function isGood(token, keys) {
  const key = keys.get(token.kid);
  if (key === undefined) return false;
  return crypto.subtle.verify({ name: "Ed25519" }, key, token.signature, new TextEncoder().encode(token.signed));
}

function isShown(row, shown) {
  return ["id", "kind", "points", "micros", "currency"].every((name) => String(row[name]) === shown[name]);
}

function readToken(token) {
  const [head, body, signature] = token.split(".");
  const bytes = bytesOf(body);
  const { kid } = JSON.parse(decode(bytesOf(head)));
  return { kid, bytes, row: JSON.parse(decode(bytes)), signed: `${head}.${body}`, signature: bytesOf(signature) };
}

function numberOf(statement) {
  return readToken(statement).row.number;
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

function bytesOf(part) {
  const plain = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

function decode(bytes) {
  return new TextDecoder().decode(bytes);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
