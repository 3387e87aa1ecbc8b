import "./calendar/calendar.js";
