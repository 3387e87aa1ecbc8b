// Asking the server for another time, trainer, room or length. It decides; a refusal says why and offers free times.
import { post, say, words } from "../page.js";

const dialog = document.querySelector("[data-refusal]");

async function ask(url, values) {
  const answer = await post(url, values).catch(() => null);
  return { ok: Boolean(answer?.ok), told: answer ? await answer.json().catch(() => ({})) : {}, answer };
}

function choice({ label, starts_at, trainer_id, room_id }, url, values, done) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "slot";
  button.textContent = label;
  button.addEventListener("click", async () => {
    dialog.close();
    done(await move(url, { ...values, starts_at, trainer_id, room_id: room_id ?? "" }, done));
  });
  return button;
}

function offer(told, url, values, done) {
  dialog.querySelector("[data-refusal-text]").textContent = told.error;
  const list = dialog.querySelector("[data-refusal-slots]");
  list.replaceChildren(
    ...told.nearest.map((slot) => {
      const item = document.createElement("li");
      item.append(choice(slot, url, values, done));
      return item;
    }),
  );
  dialog.querySelector("[data-refusal-free]").hidden = told.nearest.length === 0;
  dialog.showModal();
}

/** Ask for a move; true when it was done. `done` hears of a move that is chosen later from the refusal. */
export async function move(url, values, done) {
  const { ok, told, answer } = await ask(url, values);
  if (ok) say(told.text);
  else if (told.nearest) offer(told, url, values, done);
  else say(told.error ?? (answer ? words().failed : words().offline), "error");
  return ok;
}
