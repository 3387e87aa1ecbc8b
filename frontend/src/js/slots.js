// The slot picker: links inside [data-slots] (days, weeks, trainers) replace the picker instead of the page, and filter
// forms inside it do so on change. Server and address stay the truth; on any trouble the plain link or form is followed.
let running;

async function load(picker, url) {
  running?.abort();
  const mine = (running = new AbortController());
  picker.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", "X-Part": "slots" }, signal: mine.signal });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-slots]");
    if (!fresh) throw new Error("no picker");
    if (mine.signal.aborted) return;
    show(picker, fresh, url);
  } catch {
    if (!mine.signal.aborted) location.assign(url);
  }
}

function show(picker, fresh, url) {
  const nav = focusedNav(picker);
  const scrolled = [...picker.querySelectorAll(".chips, .dates")].map((strip) => strip.scrollLeft);
  picker.replaceWith(fresh);
  history.replaceState(null, "", url);
  keepAddress(url);
  fresh.querySelectorAll(".chips, .dates").forEach((strip, n) => (strip.scrollLeft = scrolled[n] ?? 0));
  centre(fresh);
  const target = nav >= 0 ? fresh.querySelectorAll("nav")[nav] : fresh;
  (target?.querySelector("[aria-current]") ?? fresh.querySelector(".dates [aria-current]"))?.focus({ preventScroll: true });
}

const focusedNav = (picker) =>
  [...picker.querySelectorAll("nav")].findIndex((nav) => nav.contains(document.activeElement));

// The language buttons lead back to where we are now, not to where the page was opened.
function keepAddress(url) {
  const next = document.querySelector(".lang input[name=next]");
  const { pathname, search } = new URL(url, location.href);
  if (next) next.value = pathname + search;
}

// Bring the chosen day and the chosen trainer into view on a narrow screen.
function centre(picker) {
  for (const chosen of picker.querySelectorAll(".dates [aria-current], .chips [aria-current]")) {
    const strip = chosen.closest(".dates, .chips");
    const left = chosen.offsetLeft - strip.offsetLeft;
    if (left < strip.scrollLeft || left + chosen.offsetWidth > strip.scrollLeft + strip.clientWidth) {
      strip.scrollLeft = left - (strip.clientWidth - chosen.clientWidth) / 2;
    }
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-slots] a[data-slots-link]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  load(link.closest("[data-slots]"), link.href);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-slots] form[data-slots-filter]");
  if (form) load(form.closest("[data-slots]"), `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`);
});

document.querySelectorAll("[data-slots]").forEach(centre);
