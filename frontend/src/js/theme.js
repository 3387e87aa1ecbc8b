// The brightness buttons work without a page load; the cookie is set by the same request the plain form would send.
import { post } from "./page.js";

document.querySelector("[data-who-form]")?.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (button?.name !== "theme") return;
  event.preventDefault();
  document.documentElement.dataset.bsTheme = button.value;
  for (const each of button.parentElement.children) each.setAttribute("aria-pressed", String(each === button));
  await post(button.formAction, { theme: button.value, next: "/healthz" }).catch(() => {});
});
