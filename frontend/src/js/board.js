// [data-board]: cards move between ul[data-stage] by pointer (SortableJS) or Alt+arrow. The server decides; a refused
// card goes back to its place and the reason is said. LOST asks for a reason first.
import Sortable from "sortablejs";
import { post, say } from "./page.js";

const board = document.querySelector("[data-board]");
const lists = [...board.querySelectorAll("[data-stage]")];
const listOf = (stage) => lists.find((list) => list.dataset.stage === stage);
const announce = (text) => { document.querySelector("[data-board-said]").textContent = text; };

function count(list, change) {
  const number = list.closest(".board-column").querySelector("[data-count]");
  if (number) number.textContent = Number(number.textContent) + change;
}

function askReason() {
  const dialog = document.getElementById("board-loss");
  const reason = dialog.querySelector("select");
  reason.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "lost" ? reason.value : null), { once: true });
  });
}

async function ask(card, to) {
  const reason = to === "LOST" ? await askReason() : "";
  if (reason === null) return null;
  const values = { to, version: card.dataset.version, reason };
  const answer = await post(`/leads/${card.dataset.lead}/stage`, values).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (answer?.ok) return told;
  if (told?.error) {
    announce(told.error);
    say(told.error, "error");
  }
  return null;
}

// The card stands in `list` already when it was dropped there; `back` puts it where it came from.
async function move(card, from, list, back) {
  const hadFocus = card.contains(document.activeElement);
  const told = await ask(card, list.dataset.stage);
  if (!told) {
    back();
    if (hadFocus) card.querySelector("a").focus();
    return;
  }
  card.remove();
  list.insertAdjacentHTML("afterbegin", told.card);
  count(from, -1);
  count(list, 1);
  announce(told.said);
  if (hadFocus) (list.querySelector("a") ?? board.querySelector(".board-card a"))?.focus();
}

for (const list of lists) {
  Sortable.create(list, {
    group: "board",
    sort: false,
    forceFallback: true,
    fallbackTolerance: 4,
    delay: 200,
    delayOnTouchOnly: true,
    ghostClass: "is-held",
    onEnd({ item, from, to, oldIndex }) {
      if (from !== to) move(item, from, to, () => from.insertBefore(item, from.children[oldIndex] ?? null));
    },
  });
}

board.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const card = event.target.closest(".board-card");
  if (!step || !event.altKey || !card) return;
  event.preventDefault();
  const from = card.parentElement;
  const here = lists.indexOf(from);
  const beside = step > 0 ? lists.slice(here + 1) : lists.slice(0, here).reverse();
  const to = beside.find((list) => card.dataset.moves.split(" ").includes(list.dataset.stage));
  if (to) move(card, from, to, () => {});
  else announce(board.dataset.stuck);
});
