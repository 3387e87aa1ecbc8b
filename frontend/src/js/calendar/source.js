// Bookings of the visible days: GET data-events?from=YYYY-MM-DD&to=YYYY-MM-DD (to is exclusive), remembered with its ETag.
// Each item: {id, trainer_id, start, end, title, kind, state, state_word, what, mark, url, version, is_movable, is_block}
import { dayOf } from "./times.js";

function toEvent(item, names) {
  const faces = [`kind-${(item.kind ?? "").toLowerCase()}`, `st-${(item.state ?? "").toLowerCase()}`];
  return {
    id: item.id,
    resourceIds: [item.trainer_id],
    start: item.start,
    end: item.end,
    title: item.title ?? "",
    editable: Boolean(item.is_movable),
    display: item.is_block ? "background" : "auto",
    classNames: item.is_block ? ["is-block"] : faces,
    extendedProps: {
      what: item.what,
      mark: item.mark,
      stateWord: item.state_word,
      url: item.url,
      version: item.version,
      trainer: names.get(String(item.trainer_id)) ?? "",
    },
  };
}

export function source(address, names) {
  const kept = { key: "", etag: "", events: [] };
  let range = null;

  async function load() {
    const key = `${address}?from=${range.from}&to=${range.to}`;
    const headers = { Accept: "application/json" };
    if (kept.key === key && kept.etag) headers["If-None-Match"] = kept.etag;
    const answer = await fetch(key, { headers, cache: "no-store" });
    if (answer.status === 423) document.dispatchEvent(new CustomEvent("lock:show"));
    if (answer.status === 304) return false;
    if (!answer.ok) throw new Error(String(answer.status));
    const items = await answer.json();
    Object.assign(kept, { key, etag: answer.headers.get("ETag") ?? "", events: items.map((item) => toEvent(item, names)) });
    return true;
  }

  return {
    /** For the calendar: the events of the range it shows. */
    async events(info) {
      range = { from: dayOf(info.start), to: dayOf(info.end) };
      await load();
      return kept.events;
    },
    /** For the poll: whether something changed since the last answer. */
    changed: () => (range ? load() : Promise.resolve(false)),
    /** After a move of our own, the next answer must be fresh. */
    forget: () => (kept.etag = ""),
  };
}
