// One exercise of the card. Each button is a set; what is done is written into the field, in order, and read back from it.
const SET = /^(?:(\d+(?:\.\d+)?|bw)x)?(\d+)([rsmb]?)(?:@(\d+(?:\.\d)?))?$/;
const MOST = { load: 999, amount: 999, effort: 10 };

export function exercise(row, template) {
  const group = row.querySelector("[data-sets]");
  const field = row.querySelector("input[name^='sets-']");
  const unit = row.querySelector("input[name^='unit-']").value;
  if (!group) return;
  group.hidden = false;
  const buttons = [...group.querySelectorAll("[data-set]")];
  const typed = () => (field.value.trim() ? field.value.trim().split(/\s+/) : []);
  const write = (sets) => {
    field.value = sets.join(" ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const panel = adjusting(row, template, { typed, unit, write, open: (number) => select(field, typed(), number) });
  const read = () => {
    const sets = typed();
    const isReadable = readable(sets, unit) !== null;
    buttons.forEach((button, number) => {
      button.setAttribute("aria-pressed", String(number < sets.length));
      button.lastChild.textContent = (isReadable && sets[number]) || button.dataset.set;
    });
  };
  buttons.forEach((button, number) =>
    button.addEventListener("click", () => {
      const sets = typed();
      if (number < sets.length) {
        panel.show(number);
        return;
      }
      for (let next = sets.length; next <= number; next++) sets.push(buttons[next].dataset.set);
      panel.hide();
      write(sets);
      row.dispatchEvent(new Event("set-done", { bubbles: true }));
    }),
  );
  field.addEventListener("input", read);
  read();
}

// A second tap on a set puts it right by thumb: a repetition, a load, an effort more or less, or not done after all.
function adjusting(row, template, { typed, unit, write, open }) {
  const box = template.content.firstElementChild.cloneNode(true);
  let number = 0;
  row.querySelector("[data-sets]").after(box);
  const draw = () => {
    const set = readable(typed(), unit)?.[number];
    box.hidden = !set;
    if (!set) return;
    box.querySelector("[data-which]").textContent = number + 1;
    for (const part of ["amount", "load", "effort"]) box.querySelector(`[data-part=${part}] output`).textContent = set[part] ?? "–";
  };
  box.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    const sets = readable(typed(), unit);
    if (step) {
      const part = step.closest("[data-part]").dataset.part;
      sets[number][part] = stepped(sets[number][part], part, Number(step.dataset.step));
      write(written(sets, unit));
    } else if (event.target.closest("[data-undone]")) {
      write(written(sets.filter((_, place) => place !== number), unit));
      box.hidden = true;
      return;
    } else if (event.target.closest("[data-ready]")) {
      box.hidden = true;
      return;
    }
    draw();
  });
  return {
    show(chosen) {
      number = chosen;
      draw();
      if (box.hidden) open(number);
    },
    hide() {
      box.hidden = true;
    },
  };
}

// Sets as numbers, each with its own load; nothing when one of them is shorthand that only the server reads: among them
// two bare numbers of a hold, which are seconds and how often.
function readable(texts, unit) {
  let load = null;
  const sets = [];
  for (const text of texts) {
    const [found, loaded, amount, letter, effort] = SET.exec(text) ?? [];
    if (!found || (loaded && !letter && unit !== "reps")) return null;
    if (loaded) load = loaded === "bw" ? null : Number(loaded);
    else if (letter) load = null;
    sets.push({ load, amount: Number(amount), letter, effort: effort ? Number(effort) : null });
  }
  return sets;
}

// A set without a load says so where one with a load stands before it.
function written(sets, unit) {
  const letter = { hold: "s", minutes: "m", breaths: "b" }[unit] ?? "";
  return sets.map((set, number) => {
    const load = set.load ? `${set.load}x` : !set.letter && sets[number - 1]?.load ? "bwx" : "";
    return `${load}${set.amount}${set.letter || (load ? letter : "")}${set.effort ? `@${set.effort}` : ""}`;
  });
}

// Loads go by a kilogram below twenty, by two and a half above: what dumbbells and plates allow.
function stepped(value, part, way) {
  if (part === "effort") return value === null ? 8 : bounded(value + way / 2, 1, MOST.effort);
  if (part === "amount") return bounded(value + way, 1, MOST.amount);
  const step = (value ?? 0) + Math.min(way, 0) < 20 ? 1 : 2.5;
  return bounded((value ?? 0) + way * step, 0, MOST.load) || null;
}

const bounded = (value, least, most) => Math.min(most, Math.max(least, value));

// What the thumb cannot step is typed: the field is opened at this set.
function select(field, sets, number) {
  const from = sets.slice(0, number).join(" ").length + (number ? 1 : 0);
  field.focus();
  field.setSelectionRange(from, from + sets[number].length);
}
