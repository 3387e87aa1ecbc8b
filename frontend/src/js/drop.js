// A file can be dropped on [data-drop] instead of chosen, also on one that htmx brought.
const area = (event) => event.target.closest?.("[data-drop]");

document.addEventListener("dragover", (event) => {
  if (!area(event)) return;
  event.preventDefault();
  area(event).classList.add("is-over");
});
document.addEventListener("dragleave", (event) => area(event)?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  const onto = area(event);
  if (!onto) return;
  event.preventDefault();
  onto.classList.remove("is-over");
  const input = onto.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
