// The page of tiers: a planned change is watched while its members are counted, then applied or dropped.
import { act, fill, mutate, refresh, toast } from "./send.js";

const page = () => document.getElementById("page");
const place = () => document.getElementById("tier-plan");
const plan = () => place()?.querySelector("[data-plan]");
const pollMilliseconds = 1500;
let watching = false;

/** While members are counted, the plan is asked for again and again. */
function watch() {
  if (watching || plan()?.dataset.state !== "COUNTING") return;
  watching = true;
  setTimeout(async () => {
    watching = false;
    try {
      await fill(place(), `/tiers/plans/${plan().dataset.number}`);
    } catch {
      toast(page().dataset.failed);
      return;
    }
    watch();
  }, pollMilliseconds);
}

async function settle(button, documentId) {
  const modal = document.getElementById("apply-plan");
  await act(button, async () => {
    try {
      await mutate(documentId, { tierPlanId: plan().dataset.plan });
    } finally {
      modal.hideOverlay();
    }
    await refresh();
  }, button.dataset.done, { redraw: false });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (button?.dataset.applyNow !== undefined) settle(button, page().dataset.apply);
  else if (button?.dataset.dropPlan !== undefined) settle(button, page().dataset.drop);
});

document.addEventListener("laurel:drawn", watch);
watch();
