// The session card: a button for each set writes the shorthand, a draft is kept at each touch and across a lost line.
import { exercise } from "./sets.js";

const form = document.querySelector("[data-card]");
if (form) start();

function start() {
  form.querySelectorAll("[data-row]").forEach((row) => exercise(row, form.querySelector("template[data-adjust]")));
  enter();
  timer(document.querySelector("[data-timer]"), form.querySelector("[data-resting]"));
  phrases(form.querySelector("[data-phrases]"));
  drafts();
}

// Enter on a phone's keyboard is no saving: in the search it finds, beside the sets it puts the keyboard away.
function enter() {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    if (event.target.name === "q") form.requestSubmit(form.querySelector("button[value='find']:not(.sr-only)"));
    else event.target.blur();
  });
}

// The rest is counted where it is seen, beside the button that saves. A set that is done starts the rest of its plan.
function timer(box, resting) {
  if (!box) return;
  box.hidden = false;
  const shown = [box.querySelector("output"), resting.querySelector("output")];
  let end = 0;
  let tick = 0;
  const draw = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    for (const one of shown) one.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    resting.classList.toggle("is-over", left === 0);
    if (left > 0) return;
    clearInterval(tick);
    navigator.vibrate?.(300);
  };
  const begin = (seconds) => {
    clearInterval(tick);
    end = Date.now() + seconds * 1000;
    resting.hidden = seconds === 0;
    if (seconds) tick = setInterval(draw, 250);
    draw();
  };
  box.querySelectorAll("[data-seconds]").forEach((button) =>
    button.addEventListener("click", () => begin(Number(button.dataset.seconds))),
  );
  resting.addEventListener("click", () => begin(0));
  form.addEventListener("set-done", (event) => {
    const seconds = Number(event.target.dataset.rest);
    if (seconds) begin(seconds);
  });
}

function phrases(box) {
  if (!box) return;
  box.hidden = false;
  const note = form.querySelector("#note");
  box.addEventListener("click", (event) => {
    const phrase = event.target.closest("[data-phrase]")?.dataset.phrase;
    if (!phrase) return;
    note.value = note.value ? `${note.value.trimEnd()}\n${phrase}` : phrase;
    note.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// One draft at a time on its way; what is typed meanwhile goes with the next one. Without a line it waits on this device.
function drafts() {
  const place = `card:${form.dataset.draft}`;
  const pen = form.elements.pen;
  const said = form.querySelector("[data-said]");
  let waiting = 0;
  let sending = false;
  let again = false;
  let clashed = false;
  let leaving = false;
  let going = false;

  pen.value = crypto.getRandomValues(new Uint32Array(3)).join("-"); // tells this page from others that write here
  restore();
  form.addEventListener("input", (event) => {
    if (event.target.name === "q") return;
    keepHere();
    plan(700);
  });
  window.addEventListener("online", () => plan(0));
  window.addEventListener("beforeunload", () => {
    going = true; // the page asked for may have been made before what is on its way arrived: this device keeps it
    setTimeout(() => (going = false), 10000);
  });
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(waiting);
    if (navigator.onLine) localStorage.removeItem(place);
  });

  function plan(pause) {
    clearTimeout(waiting);
    if (!clashed && !leaving) waiting = setTimeout(send, pause);
  }

  async function send() {
    if (sending) {
      again = true;
      return;
    }
    if (!localStorage.getItem(place)) return;
    if (!navigator.onLine) {
      offline();
      return;
    }
    sending = true;
    again = false;
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body });
      if (leaving) return;
      const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok) kept(told.version);
      else if (answer.status === 409 && told.error) clash();
      else offline();
    } catch {
      if (!leaving) offline();
    } finally {
      sending = false;
    }
    if (again) plan(0);
  }

  function kept(version) {
    form.elements.version.value = version;
    document.querySelectorAll("[data-version]").forEach((field) => (field.value = version));
    if (!again && !going) localStorage.removeItem(place);
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const time = new Date().toLocaleTimeString(document.documentElement.lang, clock);
    said.textContent = form.dataset.kept.replace("{time}", time);
  }

  function clash() {
    clashed = true;
    said.textContent = form.dataset.clash;
  }

  function offline() {
    said.textContent = form.dataset.offline;
    plan(5000);
  }

  function keepHere() {
    const values = [...new FormData(form)].filter(([name]) => !["csrf_token", "q"].includes(name));
    localStorage.setItem(place, JSON.stringify(values));
  }

  // What this device kept while there was no line, if the card is still the one it was typed on, or holds no more than
  // an earlier draft of the same page: its answer may have been lost with the line.
  function restore() {
    const stored = localStorage.getItem(place);
    if (!stored) return;
    const values = new Map(JSON.parse(stored));
    const isOwn = values.get("pen") && values.get("pen") === form.dataset.pen;
    if (values.get("version") !== form.elements.version.value && !isOwn) {
      localStorage.removeItem(place);
      return;
    }
    pen.value = values.get("pen") || pen.value;
    for (const [name, value] of values) {
      const field = form.elements[name];
      if (field && field.type !== "hidden" && field.type !== "submit") field.value = value;
    }
    form.querySelectorAll("input[name^='sets-']").forEach((field) => field.dispatchEvent(new Event("input")));
    plan(0);
  }
}
