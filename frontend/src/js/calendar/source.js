// Bookings of the visible days: GET data-events?from=YYYY-MM-DD&to=YYYY-MM-DD (to is exclusive), remembered with its ETag.
// Each item: {id, trainer_id, room_id, start, end, title, kind, state, state_word, what, mark, url, version, is_movable},
// {trainer_id, room_id, start, end, title, is_block} for time nobody can book, {start, title, is_note} for a whole day.
import { dayOf } from "./times.js";

function toEvent(item, names, by) {
  if (item.is_note) return { start: item.start, end: item.start, allDay: true, title: item.title, editable: false, classNames: ["is-note"], extendedProps: {} };
  return {
    id: item.id,
    resourceIds: [by === "room" ? item.room_id : item.trainer_id],
    start: item.start,
    end: item.end,
    title: item.title ?? "",
    editable: Boolean(item.is_movable),
    display: item.is_block ? "background" : "auto",
    classNames: item.is_block ? ["is-block"] : [`kind-${item.kind.toLowerCase()}`, `st-${item.state.toLowerCase()}`],
    extendedProps: {
      what: item.what,
      mark: item.mark,
      state: item.state,
      stateWord: item.state_word,
      url: item.url,
      version: item.version,
      trainerId: item.trainer_id,
      trainer: names.get(String(item.trainer_id)) ?? "",
    },
  };
}

// Hatching belongs to columns of one trainer or room; a week of everybody shows whole days only.
function isShown(item, { by, trainer, columns }) {
  if (item.is_note) return !columns;
  if (trainer && String(item.trainer_id) !== trainer) return false;
  if (!item.is_block) return by !== "room" || Boolean(item.room_id);
  if (!columns) return Boolean(trainer) && Boolean(item.trainer_id);
  return Boolean(by === "room" ? item.room_id : item.trainer_id);
}

export function source(address, names, shown) {
  const kept = { key: "", etag: "", items: [] };
  let range = null;

  async function load() {
    const key = `${address}?from=${range.from}&to=${range.to}`;
    const headers = { Accept: "application/json" };
    if (kept.key === key && kept.etag) headers["If-None-Match"] = kept.etag;
    const answer = await fetch(key, { headers, cache: "no-store" });
    if (answer.status === 423) document.dispatchEvent(new CustomEvent("lock:show"));
    if (answer.status === 304) return false;
    if (!answer.ok) throw new Error(String(answer.status));
    Object.assign(kept, { key, etag: answer.headers.get("ETag") ?? "", items: await answer.json() });
    return true;
  }

  return {
    /** For the calendar: the events of the range it shows. */
    async events(info) {
      range = { from: dayOf(info.start), to: dayOf(info.end) };
      await load();
      const now = shown();
      return kept.items.filter((item) => isShown(item, now)).map((item) => toEvent(item, names, now.by));
    },
    /** For the poll: whether something changed since the last answer. */
    changed: () => (range ? load() : Promise.resolve(false)),
    /** After a move of our own, the next answer must be fresh. */
    forget: () => (kept.etag = ""),
  };
}
