// button[data-copy="id"]: the value of that field goes to the clipboard. Where the browser refuses, the value stays selected.
import { say } from "./page.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      say(button.dataset.copied);
    } catch {
      say(button.dataset.notCopied, "error");
    }
  });
}
