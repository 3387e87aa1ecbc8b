// Wall-clock strings with the studio's offset, both ways. The calendar's Dates carry the wall clock in their *local*
// fields, wherever the browser stands, so toISOString() would be wrong by the browser's own offset.
const two = (n) => String(n).padStart(2, "0");

export const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

export const clockOf = (date) => `${date.getHours()}:${two(date.getMinutes())}`;

export const instantOf = (date, zone) => `${dayOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}:00${zone}`;

export const later = (date, minutes) => new Date(date.getTime() + 60000 * minutes);

export const minutesOf = ({ start, end }) => Math.round((end - start) / 60000);
