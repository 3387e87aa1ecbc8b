// Trouble is told where it is seen: the error summary takes the focus, htmx failures become a toast, 401 and 423 act.
import { say, words } from "./page.js";

document.querySelector("[data-error-summary]")?.focus();

document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx?.response?.status;
  if (status === 401) {
    say(words().signedOut, "error");
    setTimeout(() => location.reload(), 1500);
  } else if (status === 423) document.dispatchEvent(new CustomEvent("lock:show"));
  else if (status >= 500 || status === 429) say(words().failed, "error");
});

document.addEventListener("htmx:error", (event) => {
  const error = event.detail.error;
  if (error?.name !== "AbortError" && !event.detail.ctx?.response) say(words().offline, "error");
});
