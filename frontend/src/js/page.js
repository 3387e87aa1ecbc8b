// What several modules share: the reader's words, the CSRF token, requests that tell trouble as a toast.
export const words = () => document.getElementById("words")?.dataset ?? {};

export const csrf = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

// After a PIN changed who works here, every form on the page must carry the new session's token.
export function useCsrf(token) {
  document.querySelector("meta[name=csrf-token]").content = token;
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
}

export function post(url, values = {}) {
  return fetch(url, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { "X-CSRFToken": csrf(), Accept: "application/json" },
  });
}

export const say = (text, category = "done") =>
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, category } }));
