// A half-typed form marked data-guard asks before the page is left.
const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) dirty.add(form);
});
document.addEventListener("submit", (event) => dirty.delete(event.target));
document.addEventListener("reset", (event) => dirty.delete(event.target));

export const isDirty = () => [...dirty].some((form) => form.isConnected);

window.addEventListener("beforeunload", (event) => {
  if (isDirty()) event.preventDefault();
});
