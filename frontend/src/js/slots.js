// The slot picker: links inside [data-slots] (days, weeks, trainers) replace the picker instead of the page, and filter
// forms inside it do so on change. Server and address stay the truth; on any trouble the plain link or form is followed.
async function load(picker, url) {
  picker.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", "X-Part": "slots" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-slots]");
    if (!fresh) throw new Error("no picker");
    picker.replaceWith(fresh);
    history.replaceState(null, "", url);
    centre(fresh);
    (fresh.querySelector("[aria-current]") ?? fresh).focus?.({ preventScroll: true });
  } catch {
    location.assign(url);
  }
}

function centre(picker) {
  const day = picker.querySelector(".dates [aria-current]");
  const strip = day?.closest(".dates");
  if (strip) strip.scrollLeft = day.offsetLeft - strip.offsetLeft - (strip.clientWidth - day.clientWidth) / 2;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-slots] a[data-slots-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  load(link.closest("[data-slots]"), link.href);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-slots] form[data-slots-filter]");
  if (form) load(form.closest("[data-slots]"), `${(form.getAttribute("action") ?? location.pathname).split("?")[0]}?${new URLSearchParams(new FormData(form))}`);
});

document.querySelectorAll("[data-slots]").forEach(centre);
