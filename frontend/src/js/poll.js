// data-poll="/today/rows" [data-poll-seconds="5"]: fetch the region again while the page is visible and morph it in.
// Unchanged answers are 304 by ETag. Nothing is swapped under the pointer, under the focus or under an open dialog.
import htmx from "htmx.org/dist/htmx.esm.js";

const inUse = (region) =>
  region.contains(document.activeElement) || region.matches(":hover") || document.querySelector("dialog[open]");

async function refresh(region) {
  if (document.hidden || inUse(region)) return;
  // A poll is nobody's activity: an untouched screen still locks.
  const headers = { "HX-Request": "true", "X-Poll": "1" };
  if (region.dataset.etag) headers["If-None-Match"] = region.dataset.etag;
  const answer = await fetch(region.dataset.poll, { headers, cache: "no-store" });
  if (answer.status === 423) document.dispatchEvent(new CustomEvent("lock:show"));
  if (answer.status !== 200) return;
  const text = await answer.text();
  if (inUse(region)) return;
  region.dataset.etag = answer.headers.get("ETag") ?? "";
  await htmx.swap({ text, target: region, sourceElement: region, swap: "innerMorph" });
}

for (const region of document.querySelectorAll("[data-poll]")) {
  const every = 1000 * Number(region.dataset.pollSeconds ?? 5);
  // A failed poll is tried again at the next turn; the page says nothing about a line that comes back by itself.
  setInterval(() => refresh(region).catch(() => {}), every);
  document.addEventListener("visibilitychange", () => refresh(region).catch(() => {}));
}
