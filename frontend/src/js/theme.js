// The brightness buttons work without a page load; the cookie is set by the same request the plain form would send.
import { post } from "./page.js";

document.querySelector("[data-theme-form]")?.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button) return;
  event.preventDefault();
  document.documentElement.dataset.bsTheme = button.value;
  for (const each of event.target.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === button));
  await post(event.target.action, { theme: button.value, next: "/healthz" }).catch(() => {});
});
