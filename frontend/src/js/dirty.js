// A half-typed form marked data-guard asks before the page is left. The day editor comes anew with each tap; its answer
// says with data-unsaved that it still holds what nobody saved.
const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
});
document.addEventListener("submit", (event) => {
  dirty.delete(event.target);
  event.target.removeAttribute("data-unsaved");
});
document.addEventListener("reset", (event) => dirty.delete(event.target));

export const isDirty = () => [...dirty].some((form) => form.isConnected) || document.querySelector("form[data-unsaved]") !== null;

window.addEventListener("beforeunload", (event) => {
  if (isDirty()) event.preventDefault();
});
