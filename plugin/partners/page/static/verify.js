// "Check it here": loads a statement's signed rows, has them worked out again, and says which row does not fit.
import { check, compare, hex, importKeys, readLines, rootOf } from "./books.js";

const PROBLEMS_SHOWN = 50;
const ROWS_NAMED = 100; // as many as the answer takes

const form = document.getElementById("verify");
const said = document.getElementById("verified");
const texts = JSON.parse(form.dataset.texts);
const print = document.getElementById("print");

print.hidden = false;
print.addEventListener("click", () => window.print());
form.querySelector("button").disabled = false; // before, nobody would hear it

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  tell("", [texts.working]);
  try {
    await verify();
  } catch {
    tell("bad", [texts.failed]);
  }
  button.disabled = false;
});

async function verify() {
  const [text, set] = await Promise.all([load(form.dataset.rows), load(form.dataset.keys)]);
  const file = readLines(text);
  const keys = await importKeys(JSON.parse(set).keys);
  const expected = { number: Number(form.dataset.number), root: form.dataset.root };
  const found = await check(file, keys, expected, shownRows());
  const copy = await readCopy();
  if (copy === undefined) return tell("bad", [texts.unreadable]);
  const differing = copy === null ? [] : compare(file, copy);
  const root = differing.length > 0 && copy.statement !== null ? hex(await rootOf(copy.events)) : found.root;
  prepareAnswer(root, differing);
  const problems = [...found.problems, ...differing];
  if (problems.length > 0) return tell("bad", [texts.bad], problems);
  const good = fill(keys === null ? texts.unsigned : texts.good, { count: file.events.length });
  return tell("good", copy === null ? [good] : [good, texts.copy]);
}

/** The partner's own copy; null where none was chosen, undefined where it cannot be read. */
async function readCopy() {
  const [file] = document.getElementById("copy").files;
  if (file === undefined) return null;
  try {
    return readLines(await file.text());
  } catch {
    return undefined;
  }
}

/** What stands on this page, by the number of the row. */
function shownRows() {
  const rows = document.querySelectorAll("tr[data-event]");
  return new Map(Array.from(rows, ({ id, dataset: { event, kind, points, micros, currency } }) => [
    Number(id.replace("row-", "")), { id: event, kind, points, micros, currency },
  ]));
}

/** The forms of the answer say what was worked out here. */
function prepareAnswer(root, differing) {
  for (const field of document.querySelectorAll('#answer input[name="root"]')) field.value = root;
  for (const name of ["altered", "missing_here", "missing_there"]) {
    const named = differing.filter(({ key }) => key === name).slice(0, ROWS_NAMED);
    if (named.length > 0) document.getElementById(name).value = named.map(({ row, event }) => row ?? event).join(", ");
  }
  if (differing.length > 0) document.getElementById("disagree").open = true;
}

async function load(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

function tell(look, lines, problems = []) {
  for (const row of document.querySelectorAll("tr.differs")) row.classList.remove("differs");
  said.className = `screen note ${look}`;
  said.replaceChildren(...lines.map((line) => made("p", line)));
  if (problems.length === 0) return;
  const list = document.createElement("ul");
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) list.append(item(problem));
  if (problems.length > PROBLEMS_SHOWN) {
    list.append(made("li", fill(texts.more, { count: problems.length - PROBLEMS_SHOWN })));
  }
  said.append(list);
}

/** One thing that does not hold, with the way to its row where that is on this page. */
function item(problem) {
  const text = fill(texts[problem.key], { ...problem, kind: texts[`kind.${problem.kind}`] ?? problem.kind });
  const row = problem.row === undefined ? null : document.getElementById(`row-${problem.row}`);
  if (row === null) return made("li", text);
  row.classList.add("differs");
  const link = made("a", text);
  link.href = `#${row.id}`;
  const place = document.createElement("li");
  place.append(link);
  return place;
}

function made(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function fill(text, places) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(places[name]));
}
