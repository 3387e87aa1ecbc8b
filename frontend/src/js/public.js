// The visitor's pages: slots without a page load, one submit, the heading face once the page stands.
import "./toast.js";
import "./once.js";
import "./slots.js";
import "./sign.js";

document.querySelector("[data-error-summary]")?.focus();

function loadFace() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = document.querySelector("script[data-face]").dataset.face;
  document.head.append(link);
}

if (!navigator.connection?.saveData) {
  if ("requestIdleCallback" in window) requestIdleCallback(loadFace);
  else setTimeout(loadFace, 300);
}
