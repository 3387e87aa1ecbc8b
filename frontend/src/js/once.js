// A second click on a submit button sends nothing while the first is on its way. The first is never lost: the button is
// marked after the form has been sent, keeps its name and value, and is free again when the page is shown anew.
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method")?.toLowerCase() !== "post" || form.hasAttribute("data-many")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  queueMicrotask(() => {
    if (event.defaultPrevented) return;
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    // A download answers without a new page; a lost line never answers. Either way the form must work again.
    setTimeout(() => release(form), 8000);
  });
});

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
