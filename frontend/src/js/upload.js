// A form[data-upload] shows how far its file is. Too large a file is refused before it is sent (a phone would send for
// minutes). Without this module the form is sent as any other.
import { say, words } from "./page.js";

const chosen = (form) => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);

function show(form, share) {
  const bar = form.querySelector("[data-upload-bar]");
  bar.hidden = share === null;
  if (share !== null) bar.querySelector("progress").value = share;
  for (const button of form.querySelectorAll("button")) button.disabled = share !== null;
}

function refuse(form, text) {
  show(form, null);
  say(text, "error");
}

function answered(form, request) {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // something in between answered; the words below do
  }
  if (request.status === 200 && answer.to) {
    location.assign(answer.to);
    return;
  }
  refuse(form, answer.error ?? words().failed);
}

function send(form) {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => show(form, event.total ? event.loaded / event.total : 0));
  request.addEventListener("load", () => answered(form, request));
  request.addEventListener("error", () => refuse(form, words().offline));
  show(form, 0);
  request.send(new FormData(form));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-upload]")) return;
  event.preventDefault();
  const size = chosen(form).reduce((sum, file) => sum + file.size, 0);
  if (size > Number(form.dataset.upload)) refuse(form, form.dataset.tooLarge);
  else send(form);
});

// A file dropped on, or chosen in, one field takes the place of one chosen in the other.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form || event.target.type !== "file" || !event.target.files.length) return;
  for (const other of form.querySelectorAll("input[type=file]")) if (other !== event.target) other.value = "";
});
