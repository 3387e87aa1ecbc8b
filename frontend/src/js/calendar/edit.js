// The dialog of a booking: the same powers as dragging, for hands that cannot drag.
import { csrf, say, words } from "../page.js";
import { move } from "./moving.js";

const dialog = document.querySelector("[data-calendar-edit]");

/** Open the dialog of a booking; `changed` is called when the server has moved it. */
export async function edit(url, zone, changed) {
  const answer = await fetch(`${url}/edit`, { headers: { "HX-Request": "true", "X-CSRFToken": csrf() } }).catch(() => null);
  if (answer?.status === 423) return document.dispatchEvent(new CustomEvent("lock:show"));
  if (!answer?.ok) return say(answer ? words().failed : words().offline, "error");
  dialog.innerHTML = await answer.text();
  dialog.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { day, clock, ...values } = Object.fromEntries(new FormData(event.target));
    dialog.close();
    await move(event.target.action, { ...values, starts_at: `${day}T${clock}:00${zone}` }, changed);
    changed();
  });
  dialog.showModal();
}
