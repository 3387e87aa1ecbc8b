// [data-dialog-open="id"] opens <dialog id>; [data-dialog-close] and a click on the veil close it.
// A dialog with data-dialog-show opens at once: the server answered with an error inside it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();
  event.target.closest("[data-dialog-close]")?.closest("dialog").close();
  if (event.target.matches?.("dialog.dialog")) event.target.close();
});

const showAsked = () => document.querySelectorAll("dialog[data-dialog-show]:not([open])").forEach((d) => d.showModal());
showAsked();
document.addEventListener("htmx:after:swap", showAsked);
