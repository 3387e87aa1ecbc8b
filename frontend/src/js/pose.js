// Photos of a pose. [data-pose-camera]: the camera in the page with the last photo of the pose over it, so that the next
// one is taken from the same place; a chosen file is shown under it as well. [data-compare]: two photos side by side, or
// one over the other with a slider. The last photo is fetched only when the camera is opened: opening is recorded.
import { say } from "./page.js";

const find = (form, name) => form.querySelector(`[data-pose-${name}]`);
const pose = (form) => form.querySelector("input[name=pose]:checked")?.value;

function showGhost(form) {
  const isOpen = form.hasAttribute("data-pose-open");
  for (const ghost of form.querySelectorAll("[data-pose-ghost]")) {
    const isMeant = isOpen && ghost.dataset.poseGhost === pose(form);
    if (isMeant && !ghost.src) ghost.src = ghost.dataset.src;
    ghost.hidden = !isMeant;
    ghost.style.opacity = find(form, "strength").value / 100;
  }
}

function showStage(form, { live, shot }) {
  form.toggleAttribute("data-pose-open", live || shot);
  find(form, "video").hidden = !live;
  find(form, "shot").hidden = !shot;
  find(form, "take").hidden = !live;
  find(form, "again").hidden = !shot;
  find(form, "start").hidden = live || shot;
  showGhost(form);
}

function stop(form) {
  for (const track of find(form, "video").srcObject?.getTracks() ?? []) track.stop();
}

async function start(form) {
  const video = find(form, "video");
  try {
    const wanted = { facingMode: "environment", width: { ideal: 1600 }, height: { ideal: 2000 } };
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    await video.play();
    showStage(form, { live: true, shot: false });
  } catch {
    say(find(form, "camera").dataset.noCamera, "error");
  }
}

function draw(form, source, width, height) {
  const canvas = find(form, "shot");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").drawImage(source, 0, 0);
  stop(form);
  showStage(form, { live: false, shot: true });
  return canvas;
}

function take(form) {
  const video = find(form, "video");
  const canvas = draw(form, video, video.videoWidth, video.videoHeight);
  canvas.toBlob(
    (blob) => {
      const carried = new DataTransfer();
      carried.items.add(new File([blob], "pose.jpg", { type: "image/jpeg" }));
      form.querySelector("input[type=file][name=file]").files = carried.files;
      form.querySelector("input[type=file][name=camera]").value = "";
    },
    "image/jpeg",
    0.9,
  );
}

async function showChosen(form, file) {
  try {
    const picture = await createImageBitmap(file);
    draw(form, picture, picture.width, picture.height);
  } catch {
    // no picture that this browser can show; what it is the server says
  }
}

for (const form of document.querySelectorAll("[data-pose-form]")) {
  find(form, "camera").hidden = false;
  find(form, "start").addEventListener("click", () => start(form));
  find(form, "take").addEventListener("click", () => take(form));
  find(form, "again").addEventListener("click", () => start(form));
  form.addEventListener("input", (event) => {
    if (event.target.type !== "file") showGhost(form);
  });
  form.addEventListener("change", (event) => {
    const chosen = event.target.type === "file" && event.target.files[0];
    if (chosen) showChosen(form, chosen);
  });
  window.addEventListener("pagehide", () => stop(form));
}

for (const tools of document.querySelectorAll("[data-compare-tools]")) {
  const photos = document.querySelector("[data-compare]");
  const [button, slider] = [tools.querySelector("[data-compare-over]"), tools.querySelector("[data-compare-at]")];
  const cut = () => photos.style.setProperty("--at", `${slider.value}%`);
  tools.hidden = false;
  button.addEventListener("click", () => {
    const isOver = photos.classList.toggle("is-over-each-other");
    button.setAttribute("aria-pressed", String(isOver));
    slider.parentElement.hidden = !isOver;
    cut();
  });
  slider.addEventListener("input", cut);
}
