// The joining papers. [data-sign]: a signature drawn with finger, pen or mouse, kept as lines in the hidden field and drawn
// again when the page comes back. [data-paper]: the guardian's part shows for whoever is born after data-of-age.
const LONGEST = 38000;

function redraw(canvas, path) {
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.lineWidth = 3.5;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = getComputedStyle(canvas).color;
  if (path) pen.stroke(new Path2D(path));
}

function point(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const along = (at, from, length, units) => Math.max(0, Math.min(units, Math.round(((at - from) * units) / length)));
  return [
    along(event.clientX, box.left, box.width, canvas.width),
    along(event.clientY, box.top, box.height, canvas.height),
  ];
}

function begin(place) {
  const canvas = place.querySelector("canvas");
  const kept = place.querySelector("input[type=hidden]");
  let last = null;
  const add = (letter, to) => {
    if (kept.value.length > LONGEST) return;
    kept.value += `${letter}${to[0]} ${to[1]}`;
    last = to;
    redraw(canvas, kept.value);
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    add("M", point(canvas, event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const to = point(canvas, event);
    if (Math.hypot(to[0] - last[0], to[1] - last[1]) >= 2) add("L", to);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
  place.querySelector("[data-sign-clear]").addEventListener("click", () => {
    kept.value = "";
    redraw(canvas, "");
  });
  redraw(canvas, kept.value);
}

for (const place of document.querySelectorAll("[data-sign]")) begin(place);

const paper = document.querySelector("[data-paper]");
const birth = paper?.querySelector("input[type=date]");
const follow = () => { paper.querySelector("[data-guardian]").hidden = !(birth.value > paper.dataset.ofAge); };
birth?.addEventListener("input", follow);
if (birth?.value) follow(); // typed before this script came
