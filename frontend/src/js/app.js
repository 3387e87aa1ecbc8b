// Everything a staff page runs. Each module looks for its own data- hooks and does nothing without them.
import "htmx.org/dist/htmx.esm.js";
import "./toast.js";
import "./menu.js";
import "./dialog.js";
import "./search.js";
import "./once.js";
import "./dirty.js";
import "./errors.js";
import "./poll.js";
import "./lock.js";
import "./theme.js";
import "./keys.js";
import "./drop.js";
import "./upload.js";
import "./pose.js";
import "./chosen.js";
import "./palette.js";
