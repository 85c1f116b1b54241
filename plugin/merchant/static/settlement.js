// Statements of a partner: issued, downloaded, paid, matched with the partner's own file; and what does not match.
import { check, collect, showErrors, submit } from "./forms.js";
import { Refused, act, download, mutate, refresh, send, toast } from "./send.js";

const page = () => document.getElementById("page");
const refusals = JSON.parse(document.getElementById("refusals")?.textContent ?? "{}");
let chosen = null;

/** Send the form of a dialog by its button; the dialog stays open while something is objected to. */
async function decide(form, button, input) {
  if (!check(form)) return;
  button.setAttribute("loading", "");
  try {
    await mutate(form.dataset.mutation, { ...input, ...collect(form) });
    form.closest("s-modal").hideOverlay();
    toast(form.dataset.done);
    await refresh();
  } catch (error) {
    if (error instanceof Refused) showErrors(form, error.userErrors, 1);
    else toast(page().dataset.failed);
  } finally {
    button.removeAttribute("loading");
  }
}

async function pay(form) {
  const done = await submit(form, (object) => mutate(form.dataset.mutation, {
    partnerId: page().dataset.partner, kind: form.dataset.pay,
    ...(form.dataset.pay === "SETTLEMENT" ? { statementId: page().dataset.statement } : {}), ...object,
  }), { strip: 1, done: form.dataset.done });
  if (done) await refresh();
}

async function upload(form) {
  const zone = document.getElementById("file");
  const file = zone.files?.[0];
  const told = form.querySelector("[data-rows]");
  zone.removeAttribute("error");
  told.hidden = true;
  if (!file) zone.setAttribute("error", form.dataset.missing);
  else if (file.size > Number(form.dataset.most)) zone.setAttribute("error", form.dataset.tooLarge);
  if (zone.getAttribute("error")) return;
  const button = form.querySelector('s-button[type="submit"]');
  button.setAttribute("loading", "");
  try {
    const path = `${form.dataset.upload}?${new URLSearchParams({ name: file.name })}`;
    const answer = await send(path, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    const { reconciliation } = await answer.json();
    toast(reconciliation.repeated ? form.dataset.repeated : reconciliation.differences ? form.dataset.differs : form.dataset.agreed);
    await refresh();
  } catch (error) {
    const answer = await error.response?.json().catch(() => null);
    const [refusal] = answer?.errors ?? [];
    zone.setAttribute("error", refusals[refusal?.extensions.code] ?? refusal?.message ?? page().dataset.failed);
    told.replaceChildren(...(refusal?.extensions.rows ?? []).map(({ row, problem }) => {
      const [code, detail] = problem.split(":");
      const line = document.createElement("p");
      line.textContent = `${page().dataset.row} ${row}: ${(refusals[code] ?? problem).replace("{detail}", detail ?? "")}`;
      return line;
    }));
    told.hidden = !told.childElementCount;
  } finally {
    button.removeAttribute("loading");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("s-button");
  if (!button) return;
  const { settle, settleNow, issueNow, download: href, name, title } = button.dataset;
  if (settle) {
    chosen = settle;
    const modal = document.getElementById("settle-row");
    modal.querySelector("[data-about]").textContent = title;
    modal.showOverlay();
  } else if (settleNow !== undefined) decide(document.getElementById("settle-form"), button, { suspenseRowId: chosen });
  else if (issueNow !== undefined) decide(document.getElementById("issue-form"), button, { partnerId: page().dataset.partner });
  else if (href) act(button, () => download(href, name), null, { redraw: false });
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.pay) pay(form);
  else if (form.id === "upload") upload(form);
  else form.closest("s-modal")?.querySelector("[data-settle-now], [data-issue-now]").click();
});
