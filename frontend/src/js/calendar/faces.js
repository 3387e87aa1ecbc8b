// How a booking looks and sounds. Built from nodes and textContent: a guest's name is never markup.
import { clockOf } from "./times.js";

const part = (name, text) => {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
};

export const spanOf = (event) => `${clockOf(event.start)}–${clockOf(event.end)}`;

export function content({ event, view }) {
  const { what, mark, trainer, state, stateWord } = event.extendedProps;
  if (event.display === "background") return { domNodes: [part("ev-what ev-block", event.title)] };
  if (event.allDay) return { domNodes: [part("ev-note", event.title)] };
  const below = view.type === "resourceTimeGridDay" ? what : [trainer, what].filter(Boolean).join(" · ");
  const when = view.type === "dayGridMonth" ? clockOf(event.start) : spanOf(event);
  const name = part("ev-name", event.title);
  if (mark) name.append(" ", part("ev-mark", mark));
  const face = document.createElement("div");
  face.className = "ev";
  face.append(part("ev-time", state === "BOOKED" ? when : `${when} ${stateWord}`), name);
  if (view.type !== "dayGridMonth") face.append(part("ev-what", below));
  return { domNodes: [face] };
}

export function label({ el, event }) {
  const { what, trainer, stateWord, mark } = event.extendedProps;
  const said = event.allDay ? [event.title] : [spanOf(event), event.title, what, mark, stateWord, trainer];
  el.setAttribute("aria-label", said.filter(Boolean).join(", "));
  el.dataset.eventId = event.id;
}

// The library calls the whole thing a table although it holds a toolbar and buttons. A labelled group is the truth.
export function honestRoles(root, name) {
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", name);
  for (const each of root.querySelectorAll("[role=row],[role=rowgroup],[role=columnheader],[role=cell],[role=listitem]")) {
    each.removeAttribute("role");
  }
  for (const each of root.querySelectorAll("[aria-colindex],[aria-colspan]")) {
    each.removeAttribute("aria-colindex");
    each.removeAttribute("aria-colspan");
  }
  // A div without a role may not carry a name; the column's words are its visible text.
  for (const each of root.querySelectorAll(".ec-slot[aria-label], .ec-col-head > span[aria-label]")) each.removeAttribute("aria-label");
  for (const article of root.querySelectorAll("article.ec-event[role=button]")) article.tabIndex = 0;
  for (const day of root.querySelectorAll("h4.ec-day-head")) day.setAttribute("aria-level", "2");
  // Hours scroll inside their own section: the keyboard must reach them even on a day without bookings.
  for (const hours of root.querySelectorAll("section")) hours.tabIndex = 0;
  root.querySelector(".ec-title")?.setAttribute("aria-live", "polite");
}
