// Builds dist/: bundles with hashed names, an icon sprite of the icons in use, compressed copies, the faces of the PDFs, manifest.json.
//   node build.mjs            once
//   node build.mjs --watch    again at every change of a source, template or view
import { watch } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";

const here = dirname(fileURLToPath(import.meta.url));
const project = dirname(here);
const out = join(here, "dist");
const next = join(here, ".dist-next");
const used = [join(project, "templates"), join(project, "blueprints"), join(here, "src", "js")];

async function filesUnder(folder, endings) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((e) => e.isFile() && endings.includes(extname(e.name)))
    .map((e) => join(e.parentPath ?? e.path, e.name))
    .sort();
}

const hashOf = (content) => createHash("sha256").update(content).digest("hex").slice(0, 8);

// One table of colours for both themes: light by default, dark by the system's wish or by the person's choice.
async function paletteCss() {
  const table = Object.entries(JSON.parse(await readFile(join(here, "palette.json"), "utf8")));
  const declare = (n) => table.map(([name, pair]) => `--${name}:${pair[n]}`).join(";");
  return `:root{color-scheme:light;${declare(0)}}
@media screen and (prefers-color-scheme:dark){:root:not([data-bs-theme=light]){color-scheme:dark;${declare(1)}}}
@media screen{:root[data-bs-theme=dark]{color-scheme:dark;${declare(1)}}}`;
}

// Only the kit is purged, never our own sheets: their class names are partly made at run time (st-joined).
// A class that our sheets define is not taken from the kit at all, so that one name has one meaning.
async function ownClasses() {
  const sheets = await filesUnder(join(here, "src", "css"), [".css"]);
  const names = new Set();
  for (const sheet of sheets) {
    for (const [, name] of (await readFile(sheet, "utf8")).matchAll(/\.([a-z][a-z0-9_-]*)/gi)) names.add(name);
  }
  return [...names];
}

async function kitCss() {
  const sources = (await Promise.all(used.map((f) => filesUnder(f, [".html", ".py", ".js"])))).flat();
  const css = await readFile(join(here, "node_modules/@tabler/core/dist/css/tabler.min.css"), "utf8");
  const content = await Promise.all(
    sources.map(async (f) => ({ raw: await readFile(f, "utf8"), extension: extname(f).slice(1) })),
  );
  const [purged] = await new PurgeCSS().purge({
    content: [...content, { raw: "<html><body>", extension: "html" }],
    css: [{ raw: css }],
    blocklist: await ownClasses(),
  });
  return purged.css;
}

const virtualCss = {
  name: "virtual-css",
  setup(build) {
    const makers = { "palette.css": paletteCss, "kit.css": kitCss };
    build.onResolve({ filter: /^virtual:/ }, (a) => ({ path: a.path.slice(8), namespace: "virtual-css" }));
    build.onLoad({ filter: /.*/, namespace: "virtual-css" }, async (a) => ({
      contents: await makers[a.path](),
      loader: "css",
      resolveDir: here,
    }));
  },
};

// Icons are named where they are used: icon('phone') in a template, icon="phone" in a view.
async function spriteOfUsedIcons() {
  const names = new Map([["check", "build"], ["x", "build"], ["alert-triangle", "build"]]);
  for (const file of (await Promise.all(used.map((f) => filesUnder(f, [".html", ".py", ".js"])))).flat()) {
    const text = await readFile(file, "utf8");
    for (const [, name] of text.matchAll(/\bicon(?:_name)?(?:\(|\s*=|["']?\s*:)\s*["']([a-z0-9-]+)["']/g)) {
      names.set(name, relative(project, file));
    }
  }
  const symbols = [];
  for (const [name, where] of [...names].sort()) {
    const path = join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
    const svg = await readFile(path, "utf8").catch(() => {
      throw new Error(`${where} uses icon "${name}", which is not a Tabler outline icon`);
    });
    const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s+/g, " ").trim()}</symbol>`);
  }
  const stroke = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${stroke}>${symbols.join("")}</svg>\n`;
}

async function compressedCopies() {
  const brotli = promisify(brotliCompress);
  const zip = promisify(gzip);
  for (const file of await filesUnder(next, [".js", ".css", ".svg"])) {
    const content = await readFile(file);
    if (content.length < 1024) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    await writeFile(`${file}.br`, await brotli(content, quality));
    await writeFile(`${file}.gz`, await zip(content, { level: 9 }));
  }
}

// The faces of the PDFs: read by Python from dist/paper, never sent to a browser.
async function paperFaces() {
  await mkdir(join(next, "paper"));
  for (const face of ["400Regular/NotoSansJP_400Regular.ttf", "700Bold/NotoSansJP_700Bold.ttf", "LICENSE_FONT"]) {
    const from = join(here, "node_modules/@expo-google-fonts/noto-sans-jp", face);
    await copyFile(from, join(next, "paper", basename(face)));
  }
}

async function buildOnce() {
  const began = Date.now();
  await rm(next, { recursive: true, force: true });
  await mkdir(next, { recursive: true });
  const result = await esbuild.build({
    absWorkingDir: here,
    entryPoints: [
      "src/css/app.css", "src/css/public.css", "src/css/calendar.css", "src/css/mincho.css",
      "src/js/app.js", "src/js/public.js", "src/js/calendar.js", "src/js/board.js", "src/js/card.js",
    ],
    outdir: next,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "font/[name]-[hash]",
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: ["es2022", "safari16.4", "chrome115", "firefox115"],
    loader: { ".woff2": "file", ".woff": "empty", ".svg": "dataurl" },
    legalComments: "linked",
    metafile: true,
    plugins: [virtualCss],
    logLevel: "warning",
  });
  const manifest = {};
  for (const [path, meta] of Object.entries(result.metafile.outputs)) {
    if (meta.entryPoint) manifest[basename(meta.entryPoint)] = basename(path);
  }
  const sprite = await spriteOfUsedIcons();
  manifest["icons.svg"] = `icons-${hashOf(sprite)}.svg`;
  await writeFile(join(next, manifest["icons.svg"]), sprite);
  for (const name of ["favicon.svg"]) {
    const content = await readFile(join(here, "src", name));
    manifest[name] = `${basename(name, extname(name))}-${hashOf(content)}${extname(name)}`;
    await writeFile(join(next, manifest[name]), content);
  }
  await compressedCopies();
  await paperFaces();
  await writeFile(join(next, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
  await rm(out, { recursive: true, force: true });
  await rename(next, out);
  console.log(`front end built in ${((Date.now() - began) / 1000).toFixed(1)} s: ${Object.keys(manifest).length} entries`);
}

await buildOnce();

if (process.argv.includes("--watch")) {
  let timer;
  for (const folder of [...used, join(here, "src"), join(here, "palette.json")]) {
    watch(folder, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => buildOnce().catch((e) => console.error(String(e))), 150);
    });
  }
}
