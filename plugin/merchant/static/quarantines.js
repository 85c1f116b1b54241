// Entries in quarantine: a person clears them or upholds what was found, after a question.
import { act, mutate } from "./send.js";

const page = () => document.getElementById("page");
const modal = (decision) => document.getElementById(`decide-${decision}`);
let chosen = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { decide, entry, about, decideNow, done } = button.dataset;
  if (decide) {
    chosen = entry;
    modal(decide).querySelector("[data-about]").textContent = about;
    modal(decide).showOverlay();
  } else if (decideNow) {
    act(button, async () => {
      try {
        await mutate(page().dataset.decide, { quarantineId: chosen, decision: decideNow });
      } finally {
        modal(decideNow).hideOverlay();
      }
    }, done);
  }
});
