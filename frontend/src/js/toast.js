// Toasts: those in the page fade after a while (an undo stays longer, an error until closed); scripts add their own.
import { words } from "./page.js";

const LASTS = { done: 5000, undo: 12000 };
const box = () => document.getElementById("toasts");

function arm(toast) {
  const time = LASTS[toast.dataset.toast];
  if (!time || toast.dataset.armed) return;
  toast.dataset.armed = "yes";
  let timer = setTimeout(() => toast.remove(), time);
  const hold = () => clearTimeout(timer);
  const go = () => (timer = setTimeout(() => toast.remove(), time));
  for (const start of ["pointerenter", "focusin"]) toast.addEventListener(start, hold);
  for (const end of ["pointerleave", "focusout"]) toast.addEventListener(end, go);
}

function make(text, category) {
  const toast = document.createElement("div");
  toast.className = category === "error" ? "toast toast-error" : "toast";
  toast.dataset.toast = category;
  const said = document.createElement("span");
  said.className = "toast-text";
  said.textContent = text;
  const close = document.createElement("button");
  close.className = "btn";
  close.type = "button";
  close.dataset.toastClose = "";
  close.textContent = words().close ?? "×";
  toast.append(said, close);
  return toast;
}

document.addEventListener("toast", (event) => {
  const { text, category } = event.detail;
  box()?.append(make(text, category));
});

document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".toast").remove());

if (box()) {
  box().querySelectorAll(".toast").forEach(arm);
  new MutationObserver(() => box().querySelectorAll(".toast").forEach(arm)).observe(box(), { childList: true });
}
