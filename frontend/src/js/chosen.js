// form[data-chosen="name"]: boxes of that name belong to it (form="id"); one box chooses all shown, their number is said.
const boxesOf = (form) => [...document.querySelectorAll(`input[name="${form.dataset.chosen}"][form="${form.id}"]`)];

function tell(form) {
  const boxes = boxesOf(form);
  const n = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-choose-all]");
  all.checked = n > 0 && n === boxes.length;
  all.indeterminate = n > 0 && n < boxes.length;
  const words = form.querySelector("[data-chosen-count]");
  words.textContent = n ? words.dataset.chosenCount.replace("%n", n) : "";
  for (const button of form.querySelectorAll("button[name]")) button.disabled = n === 0;
}

document.addEventListener("change", (event) => {
  const box = event.target;
  const form = box.form;
  if (!form?.dataset.chosen) return;
  if (box.matches("[data-choose-all]")) for (const one of boxesOf(form)) one.checked = box.checked;
  tell(form);
});

const tellAll = () => document.querySelectorAll("form[data-chosen]").forEach(tell);
document.addEventListener("htmx:after:swap", tellAll);
addEventListener("pageshow", tellAll);
tellAll();
