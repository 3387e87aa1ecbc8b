// The inbox: j and k (or the arrows) go through the list, Enter opens, Esc comes back; what was seen is told as read.
import { post } from "./page.js";

const inbox = document.querySelector(".inbox");
if (inbox) start();

function start() {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const writes = event.target.closest("input, textarea, select");
    if (event.key === "Escape") leave(event, writes);
    else if (!writes) step(event);
  });
  const thread = inbox.querySelector("[data-thread]");
  if (!thread) return;
  // The newest is what is looked for. What stands on a page that nobody looks at is not read.
  thread.querySelector(".bubble:last-child")?.scrollIntoView({ block: "nearest" });
  read(thread);
  document.addEventListener("visibilitychange", () => read(thread));
  new MutationObserver(() => read(thread)).observe(thread, { subtree: true, childList: true, attributes: true });
}

const rows = () => [...inbox.querySelectorAll("[data-inbox-list] .inbox-row")];

function step(event) {
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!by || event.target.closest("[data-thread], details")) return;
  const all = rows();
  if (all.length === 0) return;
  event.preventDefault();
  const here = all.indexOf(document.activeElement);
  const open = all.findIndex((row) => row.hasAttribute("aria-current"));
  const from = here >= 0 ? here : open;
  all[Math.min(Math.max(from + by, 0), all.length - 1)].focus();
}

// From a field back to the list; from a conversation, where the list is not beside it, to the page of the list.
function leave(event, writes) {
  const current = rows().find((row) => row.hasAttribute("aria-current")) ?? rows()[0];
  if (writes) event.target.blur();
  if (current?.checkVisibility()) current.focus();
  else if (!writes) inbox.ownerDocument.querySelector("[data-inbox-back]")?.click();
}

let told = 0;

function read(thread) {
  const until = Number(thread.querySelector(".thread")?.dataset.until ?? 0);
  if (document.hidden || until <= told) return;
  told = until;
  post(inbox.dataset.read, { until }).catch(() => {
    told = 0;
  });
}
