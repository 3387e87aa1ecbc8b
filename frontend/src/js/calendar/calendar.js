// The day by trainer, made from <div data-calendar …> (components/calendar.html writes it). Drag or Alt+arrows move a booking;
// the server decides, and a refusal puts it back and says why.
import { ResourceTimeGrid, TimeGrid, List, Interaction, createCalendar } from "@event-calendar/core";
import { post, say, words } from "../page.js";
import { content, honestRoles, label, spanOf } from "./faces.js";
import { source } from "./source.js";
import { clockOf, dayOf, instantOf, later } from "./times.js";

const STEP = 15;
const EVERY = 5000;
const narrow = matchMedia("(max-width: 819.98px)");

function start(root) {
  const set = root.dataset;
  const trainers = JSON.parse(set.trainers);
  const bookings = source(set.events, new Map(trainers.map(({ id, title }) => [String(id), title])));
  let isDragging = false;
  let moving = false;

  // The calendar's own event after a drop, or one we changed by keys; `undo` draws it where it was.
  async function move(event, trainerId, undo) {
    moving = true;
    const { version } = event.extendedProps;
    const url = set.move.replace("{id}", event.id);
    const answer = await post(url, {
      starts_at: instantOf(event.start, set.zone), trainer_id: trainerId, version,
    }).catch(() => null);
    const told = answer ? await answer.json().catch(() => ({})) : {};
    moving = false;
    if (answer?.ok) {
      say(told.text ?? `${event.title} ${spanOf(event)}`);
    } else {
      undo();
      say(told.error ?? (answer ? words().failed : words().offline), "error");
    }
    bookings.forget();
    calendar.refetchEvents();
    return Boolean(answer?.ok);
  }

  function dropped({ event, revert }) {
    move(event, event.resourceIds[0], revert);
  }

  async function onKey(key) {
    const el = key.target.closest(".ec-event[data-event-id]");
    if (!el || !key.altKey || !key.key.startsWith("Arrow")) return;
    const event = calendar.getEventById(el.dataset.eventId);
    if (!event?.editable || moving) return;
    key.preventDefault();
    const minutes = { ArrowUp: -STEP, ArrowDown: STEP }[key.key] ?? 0;
    const columns = trainers.map(({ id }) => String(id));
    const at = columns.indexOf(String(event.resourceIds[0]));
    const to = columns[at + ({ ArrowLeft: -1, ArrowRight: 1 }[key.key] ?? 0)];
    if (to === undefined) return;
    const moved = { ...event, start: later(event.start, minutes), end: later(event.end, minutes) };
    await move(moved, to, () => {});
    // The node is made anew after the answer; the focus follows it.
    setTimeout(() => root.querySelector(`[data-event-id="${CSS.escape(el.dataset.eventId)}"]`)?.focus(), 250);
  }

  function showDay({ view }) {
    const day = dayOf(view.currentStart);
    if (set.page) history.replaceState(null, "", `${set.page}?day=${day}`);
    document.dispatchEvent(new CustomEvent("calendar:day", { detail: day }));
  }

  const tidy = () => honestRoles(root.querySelector(".ec") ?? root, set.name);
  const pickView = () => (narrow.matches ? "listDay" : "resourceTimeGridDay");
  const dayTitle = new Intl.DateTimeFormat(set.locale, { year: "numeric", month: "long", day: "numeric", weekday: "short" });

  const calendar = createCalendar(root, [ResourceTimeGrid, TimeGrid, List, Interaction], {
    view: pickView(),
    date: set.date,
    locale: set.locale,
    timeZone: set.zone,
    resources: trainers,
    eventSources: [{ events: bookings.events }],
    headerToolbar: { start: "prev,next today", center: "title", end: "resourceTimeGridDay,listDay" },
    buttonText: () => ({
      today: set.wordToday, prev: set.wordPrev, next: set.wordNext, close: set.wordClose,
      resourceTimeGridDay: set.wordDay, listDay: set.wordList,
    }),
    titleFormat: (from) => dayTitle.format(from),
    allDaySlot: false,
    slotMinTime: set.opens,
    slotMaxTime: set.closes,
    scrollTime: set.scroll,
    slotDuration: "00:30",
    slotHeight: 30,
    slotLabelFormat: clockOf,
    snapDuration: { minutes: STEP },
    eventTimeFormat: (from, to) => (to ? `${clockOf(from)}–${clockOf(to)}` : clockOf(from)),
    nowIndicator: true,
    editable: "editable" in set,
    eventDurationEditable: false,
    eventLongPressDelay: 350,
    slotEventOverlap: false,
    eventContent: content,
    eventDidMount: label,
    eventClick: ({ event }) => event.extendedProps.url && location.assign(event.extendedProps.url),
    dateClick: ({ date, resource }) => {
      if (!set.new || !resource) return;
      location.assign(`${set.new}?${new URLSearchParams({ at: instantOf(date, set.zone), trainer: resource.id })}`);
    },
    eventDragStart: () => (isDragging = true),
    eventDragStop: () => (isDragging = false),
    eventDrop: dropped,
    noEventsContent: set.wordEmpty,
    datesSet: showDay,
    viewDidMount: tidy,
    eventAllUpdated: tidy,
  });

  root.addEventListener("keydown", onKey);
  narrow.addEventListener("change", () => calendar.setOption("view", pickView()));
  setInterval(async () => {
    if (document.hidden || isDragging || moving || root.querySelector(".ec-event:focus")) return;
    // A lost poll is repeated at the next turn.
    if (await bookings.changed().catch(() => false)) calendar.refetchEvents();
  }, EVERY);
}

document.querySelectorAll("[data-calendar]").forEach(start);
