// Tabs and chips that run out of a phone's width: the one that is open stands in the middle.
for (const chosen of document.querySelectorAll(".tabs > [aria-current], .chips [aria-current]")) {
  const strip = chosen.closest(".tabs, .chips");
  const left = chosen.getBoundingClientRect().left - strip.getBoundingClientRect().left;
  strip.scrollLeft += left - (strip.clientWidth - chosen.offsetWidth) / 2;
}
