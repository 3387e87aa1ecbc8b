// A shared screen left alone for five minutes is covered, the page stays underneath. A PIN opens it for whoever works next.
import { isDirty } from "./dirty.js";
import { post, say, useCsrf, words } from "./page.js";

const dialog = document.querySelector("[data-lock]");

function personChoice({ id, name, current }) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "radio";
  input.name = "staff_id";
  input.value = id;
  input.checked = Boolean(current);
  const initial = document.createElement("span");
  initial.className = "avatar";
  initial.setAttribute("aria-hidden", "true");
  initial.textContent = name.slice(0, 1);
  label.append(input, initial, name);
  return label;
}

async function cover() {
  if (dialog.open) return;
  dialog.showModal();
  pin().value = "";
  pin().focus();
  dialog.querySelector("[data-lock-password]").href = `/unlock?${new URLSearchParams({ next: location.pathname + location.search })}`;
  // While offline the cover still hides the page; the server locks by its own clock.
  const answer = await post("/lock").catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { people } = await answer.json();
  dialog.querySelector("[data-lock-people]").replaceChildren(...people.map(personChoice));
  dialog.querySelector("[data-lock-by-pin]").hidden = people.length === 0;
  dialog.querySelector("[data-lock-no-pin]").hidden = people.length > 0;
  if (people.length === 0) dialog.querySelector("[data-lock-password]").focus();
}

async function open(event) {
  event.preventDefault();
  const error = dialog.querySelector("#lock-error");
  error.textContent = "";
  const answer = await post("/switch", Object.fromEntries(new FormData(event.target))).catch(() => null);
  if (!answer) {
    error.textContent = words().offline;
    return;
  }
  if (answer.status === 401) return location.reload();
  const told = await answer.json().catch(() => ({}));
  pin().value = "";
  if (!answer.ok) {
    error.textContent = told.error ?? words().wrongPin;
    pin().setAttribute("aria-invalid", "true");
    pin().focus();
    return;
  }
  pin().removeAttribute("aria-invalid");
  welcome(told);
}

// With nothing half-typed the page is drawn anew for the person who took over; otherwise their text stays as it is.
function welcome({ name, role, csrf }) {
  if (csrf) useCsrf(csrf);
  for (const [part, text] of [["name", name], ["role", role], ["initial", name.slice(0, 1)]]) {
    document.querySelector(`[data-who-${part}]`).textContent = text;
  }
  dialog.close();
  if (isDirty()) say(name);
  else location.reload();
}

function pin() {
  return dialog.querySelector("#lock-pin");
}

function onPad(event) {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (!key) return;
  pin().value = key === "back" ? pin().value.slice(0, -1) : pin().value + key;
}

// The server locks by its own clock, so somebody who types for long without a request must say that they are there.
const TELL_EVERY = 60_000;

async function tellAwake() {
  const answer = await post("/awake").catch(() => null);
  if (answer?.status === 423) cover();
}

function watchIdleness() {
  const limit = 1000 * Number(dialog.dataset.idleSeconds);
  let last = Date.now();
  let told = Date.now();
  for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(sign, () => (last = Date.now()), { passive: true });
  }
  setInterval(() => {
    if (dialog.open) return;
    if (Date.now() - last >= limit) cover();
    else if (last > told && Date.now() - told >= TELL_EVERY) {
      told = Date.now();
      tellAwake();
    }
  }, 5000);
}

if (dialog) {
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.querySelector("[data-lock-pin]").addEventListener("submit", open);
  dialog.querySelector("[data-pin-pad]").addEventListener("click", onPad);
  document.addEventListener("lock:show", cover);
  document.querySelector("[data-lock-now]")?.addEventListener("click", (event) => {
    event.preventDefault();
    cover();
  });
  if ("shared" in document.body.dataset) watchIdleness();
}
