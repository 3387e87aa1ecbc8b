// Ctrl or ⌘ K opens people and pages by name; `b` opens the same box to book: the chosen person's form follows in the dialog.
// While an input method is composing, keys belong to it.
import htmx from "htmx.org/dist/htmx.esm.js";
import { csrf, say, words } from "./page.js";

const dialog = document.querySelector("[data-palette]");
const input = dialog?.querySelector("[data-palette-input]");
const list = dialog?.querySelector(".palette-list");
const search = dialog?.querySelector("[data-palette-search]");
const panel = dialog?.querySelector("#palette-panel");
const WAIT = 80;

let books = false;
let timer = 0;
let asked = 0;
// Enter pressed before the answer to what stands in the box is there: it opens the first option once it is.
let entered = false;
// Whether an arrow was pressed since the answer came. The first option is marked by itself, which not everybody sees: the
// first arrow down never leads from somebody who is known to "a new guest".
let moved = false;

const options = () => [...list.querySelectorAll(".suggestion")];
const marked = () => options().find((option) => option.getAttribute("aria-selected") === "true");
const isAnswered = () => list.querySelector("[data-answers]")?.dataset.answers === input.value;

function mark(option) {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

function describe() {
  options().forEach((option, n) => (option.id = `palette-option-${n}`));
  moved = false;
  mark(options()[0]);
  htmx.process(list);
}

async function ask() {
  const turn = ++asked;
  const body = new URLSearchParams({ q: input.value });
  if (books) body.set("books", "1");
  const headers = { "X-CSRFToken": csrf(), "HX-Request": "true" };
  const answer = await fetch("/palette", { method: "POST", body, headers }).catch(() => null);
  if (turn !== asked) return;
  if (answer?.status === 423) return document.dispatchEvent(new CustomEvent("lock:show"));
  if (!answer?.ok) {
    entered = false;
    return say(answer ? words().failed : words().offline, "error");
  }
  list.innerHTML = await answer.text();
  describe();
  if (entered) open();
}

function open() {
  if (!isAnswered()) {
    entered = true;
    return;
  }
  entered = false;
  marked()?.click();
}

function show(forBooking) {
  books = forBooking;
  panel.replaceChildren();
  search.hidden = false;
  const label = books ? input.dataset.book : input.dataset.go;
  input.placeholder = label;
  input.setAttribute("aria-label", label);
  dialog.setAttribute("aria-label", label);
  input.value = "";
  if (!dialog.open) dialog.showModal();
  input.focus();
  ask();
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Escape") {
    // The browser would only empty the box.
    event.preventDefault();
    dialog.close();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const all = options();
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = all[(all.indexOf(marked()) + step + all.length) % all.length];
    const slips = !moved && step > 0 && next?.hasAttribute("data-palette-new");
    moved = true;
    if (next && !slips) mark(next);
  } else if (event.key === "Enter") {
    event.preventDefault();
    clearTimeout(timer);
    if (!isAnswered()) ask();
    open();
  }
}

const isTyping = (event) => event.target.closest("input, textarea, select, [contenteditable], dialog[open]");

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("[data-lock][open]")) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      show(false);
    } else if (event.key === "b" && !event.ctrlKey && !event.metaKey && !event.altKey && "canBook" in document.body.dataset && !isTyping(event)) {
      event.preventDefault();
      show(true);
    }
  });
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", (event) => {
    entered = false;
    clearTimeout(timer);
    timer = setTimeout(ask, event.isComposing ? WAIT * 3 : WAIT);
  });
  dialog.querySelector("[data-palette-form]").addEventListener("submit", (event) => event.preventDefault());
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-book]")) show(true);
    if (event.target.closest("[data-palette-back]")) show(true);
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette-open]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(opener.dataset.paletteOpen === "book");
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!dialog.open || !panel.firstElementChild) return;
    const first = !search.hidden;
    search.hidden = true;
    // A changed choice draws the form anew: the focus goes back to the choice, at first it goes to what Enter needs.
    if (first) panel.querySelector("[data-quick-first]")?.focus();
  });
}
