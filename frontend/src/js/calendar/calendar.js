// The calendar, made from <div data-calendar …> (components/calendar.html writes it): days by trainer or room, weeks, months,
// lists. Drag, the lower edge, Alt+arrows (with Shift: the length) or the dialog change a booking; the server decides.
import { DayGrid, Interaction, List, ResourceTimeGrid, TimeGrid, createCalendar } from "@event-calendar/core";
import { edit } from "./edit.js";
import { content, honestRoles, label } from "./faces.js";
import { move } from "./moving.js";
import { source } from "./source.js";
import { clockOf, dayOf, instantOf, later, minutesOf } from "./times.js";

const STEP = 15;
const EVERY = 5000;
const narrow = matchMedia("(max-width: 819.98px)");
// On a phone a week is a list: seven columns would be a finger wide.
const VIEWS = { day: "resourceTimeGridDay", week: narrow.matches ? "listWeek" : "timeGridWeek", month: "dayGridMonth", list: "listDay" };
const asked = new URLSearchParams(location.search);

function start(root) {
  const set = root.dataset;
  const trainers = JSON.parse(set.trainers);
  const rooms = JSON.parse(set.rooms);
  const shown = { by: asked.get("by") === "room" ? "room" : "trainer", trainer: asked.get("trainer") ?? "" };
  const columns = () => (shown.by === "room" ? rooms : trainers);
  const hasColumns = () => calendar.getView().type === VIEWS.day;
  const bookings = source(set.events, new Map(trainers.map(({ id, title }) => [String(id), title])), () => ({ ...shown, columns: hasColumns() }));
  let isDragging = false;
  let moving = false;
  let followed = "";
  let unfollow = 0;

  function drawAnew() {
    bookings.forget();
    calendar.refetchEvents();
  }

  // Where a booking was put: its start, its column, its length.
  async function put(event, column, undo) {
    moving = true;
    const { version, trainerId } = event.extendedProps;
    const where = !hasColumns() ? { trainer_id: trainerId } : shown.by === "room" ? { trainer_id: trainerId, room_id: column } : { trainer_id: column };
    const values = { ...where, starts_at: instantOf(event.start, set.zone), minutes: minutesOf(event), version };
    const done = await move(set.move.replace("{id}", event.id), values, drawAnew);
    moving = false;
    if (!done) undo();
    drawAnew();
  }

  async function onKey(key) {
    const el = key.target.closest(".ec-event[data-event-id]");
    if (!el || !key.altKey || !key.key.startsWith("Arrow")) return;
    const event = calendar.getEventById(el.dataset.eventId);
    if (!event?.editable || moving) return;
    key.preventDefault();
    const minutes = { ArrowUp: -STEP, ArrowDown: STEP }[key.key] ?? 0;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key.key] ?? 0;
    if (key.shiftKey && sideways) return;
    const changed = key.shiftKey
      ? { ...event, end: later(event.end, minutes) }
      : { ...event, start: later(event.start, minutes), end: later(event.end, minutes) };
    let column = event.resourceIds[0];
    if (sideways && hasColumns()) {
      const ids = columns().map(({ id }) => String(id));
      column = ids[ids.indexOf(String(column)) + sideways];
      if (column === undefined) return;
    } else if (sideways) {
      changed.start = later(event.start, sideways * 24 * 60);
      changed.end = later(event.end, sideways * 24 * 60);
    }
    follow(el.dataset.eventId);
    await put(changed, column, () => {});
    follow(el.dataset.eventId);
  }

  // A node is made anew after each answer; for a moment the focus follows the booking that keys moved.
  function follow(id) {
    followed = id;
    clearTimeout(unfollow);
    unfollow = setTimeout(() => (followed = ""), 1500);
  }

  const nameOf = (type) => Object.keys(VIEWS).find((name) => VIEWS[name] === type) ?? "day";

  // The address always says what is shown, so that it can be reloaded, kept and sent to a colleague.
  function remember({ view }) {
    const day = dayOf(calendar ? calendar.getOption("date") : view.currentStart);
    const address = new URLSearchParams({ day, view: nameOf(view.type) });
    if (shown.by === "room") address.set("by", "room");
    if (shown.trainer) address.set("trainer", shown.trainer);
    if (set.page) history.replaceState(null, "", `${set.page}?${address}`);
    document.dispatchEvent(new CustomEvent("calendar:day", { detail: day }));
  }

  const tidy = () => honestRoles(root.querySelector(".ec") ?? root, set.name);
  const firstView = () => VIEWS[asked.get("view")] ?? (narrow.matches ? VIEWS.list : VIEWS.day);
  const format = (options) => new Intl.DateTimeFormat(set.locale, options);
  const dayTitle = format({ year: "numeric", month: "long", day: "numeric", weekday: "short" });
  const monthTitle = format({ year: "numeric", month: "long" });
  const weekDay = format({ month: "numeric", day: "numeric", weekday: "short" });
  let calendar = null;
  calendar = createCalendar(root, [ResourceTimeGrid, TimeGrid, DayGrid, List, Interaction], {
    view: firstView(),
    date: set.date,
    locale: set.locale,
    firstDay: 1,
    timeZone: set.zone,
    resources: columns(),
    eventSources: [{ events: bookings.events }],
    headerToolbar: { start: "prev,next today", center: "title", end: Object.values(VIEWS).join(",") },
    buttonText: () => ({
      today: set.wordToday, prev: set.wordPrev, next: set.wordNext, close: set.wordClose,
      resourceTimeGridDay: set.wordDay, timeGridWeek: set.wordWeek, listWeek: set.wordWeek, dayGridMonth: set.wordMonth, listDay: set.wordList,
    }),
    views: {
      resourceTimeGridDay: { titleFormat: (from) => dayTitle.format(from) },
      listDay: { titleFormat: (from) => dayTitle.format(from) },
      timeGridWeek: { allDaySlot: true, allDayContent: "", dayHeaderFormat: (day) => weekDay.format(day), titleFormat: (from) => monthTitle.format(from) },
      listWeek: { titleFormat: (from) => monthTitle.format(from) },
      dayGridMonth: { dayMaxEvents: true, titleFormat: (from) => monthTitle.format(from) },
    },
    moreLinkContent: ({ num }) => `+${num}`,
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
    eventLongPressDelay: 350,
    slotEventOverlap: false,
    eventContent: content,
    eventDidMount: (info) => {
      label(info);
      if (followed && info.event.id === followed) info.el.focus();
    },
    eventClick: ({ event }) => {
      if (!event.extendedProps.url) return;
      if ("editable" in set) edit(event.extendedProps.url, set.zone, drawAnew);
      else location.assign(event.extendedProps.url);
    },
    dateClick: ({ date, resource, view }) => {
      if (view.type === VIEWS.month) {
        calendar.setOption("date", date);
        calendar.setOption("view", narrow.matches ? VIEWS.list : VIEWS.day);
      } else if (set.new) {
        const column = resource ? { [shown.by]: resource.id } : shown.trainer ? { trainer: shown.trainer } : {};
        location.assign(`${set.new}?${new URLSearchParams({ at: instantOf(date, set.zone), ...column })}`);
      }
    },
    eventDragStart: () => (isDragging = true),
    eventDragStop: () => (isDragging = false),
    eventResizeStart: () => (isDragging = true),
    eventResizeStop: () => (isDragging = false),
    eventDrop: ({ event, revert }) => put(event, event.resourceIds[0], revert),
    eventResize: ({ event, revert }) => put(event, event.resourceIds[0], revert),
    noEventsContent: set.wordEmpty,
    datesSet: remember,
    viewDidMount: tidy,
    eventAllUpdated: tidy,
  });

  const by = document.querySelector("[data-calendar-by]");
  const whose = document.querySelector("[data-calendar-trainer]");
  function show() {
    for (const button of by.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === shown.by));
    whose.value = shown.trainer;
    calendar.setOption("resources", shown.trainer && shown.by === "trainer" ? trainers.filter(({ id }) => String(id) === shown.trainer) : columns());
    drawAnew();
    remember({ view: calendar.getView() });
  }
  by.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    shown.by = button.value;
    show();
  });
  whose.addEventListener("change", () => {
    shown.trainer = whose.value;
    show();
  });
  show();

  // The library adds rows whenever it likes; none of them may wear its roles, not even for a moment.
  new MutationObserver(tidy).observe(root, { childList: true, subtree: true });
  root.addEventListener("keydown", onKey);
  // A sheet of paper is narrow for a moment before it lies: what is shown is what is printed.
  narrow.addEventListener("change", () => matchMedia("print").matches || calendar.setOption("view", firstView()));
  setInterval(async () => {
    if (document.hidden || isDragging || moving || document.querySelector("dialog[open]") || root.querySelector(".ec-event:focus")) return;
    // A lost poll is repeated at the next turn.
    if (await bookings.changed().catch(() => false)) calendar.refetchEvents();
  }, EVERY);
}

document.querySelectorAll("[data-calendar]").forEach(start);
