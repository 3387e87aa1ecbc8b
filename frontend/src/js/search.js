// The search box: "/" puts the cursor into it, arrows walk the suggestions, Enter opens the marked one.
// While an input method is composing, keys belong to it.
import { words } from "./page.js";

const input = document.querySelector("[data-search-input]");
const list = document.getElementById("suggestions");

const options = () => [...list.querySelectorAll(".suggestion")];

function mark(option) {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  if (option) {
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  } else input.removeAttribute("aria-activedescendant");
}

// Answers arrive as plain links; here they become the options of the list.
function describe() {
  [...list.children].forEach((option, n) => {
    option.id = `suggestion-${n}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    if (!option.matches(".suggestion")) option.setAttribute("aria-disabled", "true");
  });
  input.setAttribute("aria-expanded", String(list.childElementCount > 0));
}

function close() {
  list.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function onKey(event) {
  if (event.isComposing || event.keyCode === 229) return;
  const all = options();
  const at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!all.length) return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    mark(all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length]);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    all[at].click();
  } else if (event.key === "Escape") close();
}

if (input && list) {
  input.title = words().results ?? "";
  input.addEventListener("keydown", onKey);
  new MutationObserver(describe).observe(list, { childList: true });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-search]")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
