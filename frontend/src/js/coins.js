// [data-coins="127600"]: what the inputs named of_10000 … of_1 come to while somebody counts, and how far that is from
// the books. Its words hold %sum and %difference; without a script the answer of the form says the same.
const yen = (amount) => `${amount < 0 ? "−" : ""}¥${Math.abs(amount).toLocaleString("ja-JP")}`;

function tell(words) {
  const inputs = words.closest("form").querySelectorAll('input[name^="of_"]');
  let sum = 0;
  for (const one of inputs) sum += Number(one.name.slice(3)) * (Number.parseInt(one.value.normalize("NFKC"), 10) || 0);
  const difference = sum - Number(words.dataset.coins);
  words.textContent = words.dataset.words.replace("%sum", yen(sum)).replace("%difference", yen(difference));
  words.classList.toggle("tone-good", difference === 0);
}

document.addEventListener("input", (event) => {
  const words = event.target.name?.startsWith("of_") && event.target.form?.querySelector("[data-coins]");
  if (words) tell(words);
});
addEventListener("pageshow", () => document.querySelectorAll("[data-coins]").forEach(tell));
