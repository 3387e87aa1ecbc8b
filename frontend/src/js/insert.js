// button[data-insert]: its text goes where the caret was last, in the subject or the body of the form it stands in.
const last = new WeakMap();

document.addEventListener("focusin", (event) => {
  const field = event.target;
  if (field.form && field.matches("[name=subject], [name=body]")) last.set(field.form, field);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const field = last.get(button.form) ?? button.form.elements.body;
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
