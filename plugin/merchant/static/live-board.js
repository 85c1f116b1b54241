// The first places of a board while somebody looks: asked for again every few seconds, not in a hidden tab.
import { send } from "./send.js";

const place = () => document.getElementById("live-board");
const pollMilliseconds = 4000;

async function look() {
  if (!document.hidden && place()) {
    const response = await send(place().dataset.address);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").body;
    // What did not change stays, and with it the focus.
    if (fresh.textContent !== place().textContent) place().replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  }
}

function again() {
  setTimeout(() => look().catch(() => {}).finally(again), pollMilliseconds);
}

again();
