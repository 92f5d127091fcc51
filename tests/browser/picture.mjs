// Pictures of pages that are held against those in the repository: the browser that draws them alike on every machine, how
// they become small, and how far two of them are apart.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { startBrowser } from "./stage.mjs";

const references = fileURLToPath(new URL("pictures", import.meta.url));
const artefacts = fileURLToPath(new URL("../../target/pictures", import.meta.url));
const accepted = Boolean(process.env.EDUCA_ACCEPT_PICTURES);

// Debian's fonts-dejavu-core; its other packages have more faces, which would be taken if they were there.
const fontFolder = process.env.EDUCA_TEST_FONTS ?? "/usr/share/fonts/truetype/dejavu";
const fonts = ["Sans", "Sans-Bold", "SansMono", "SansMono-Bold", "Serif", "Serif-Bold"].map((name) => `DejaVu${name}.ttf`);

/** A browser that has these fonts and no other, and draws each letter by its outline alone. */
export async function startPainter() {
  const folder = mkdtempSync(join(tmpdir(), "educa-fonts-"));
  for (const font of fonts) {
    assert.ok(existsSync(join(fontFolder, font)), `there is no ${font} in ${fontFolder}: install fonts-dejavu-core`);
    symlinkSync(join(fontFolder, font), join(folder, font));
  }
  const config = join(folder, "fonts.conf");
  const preferred = { "sans-serif": "DejaVu Sans", "system-ui": "DejaVu Sans", serif: "DejaVu Serif", monospace: "DejaVu Sans Mono" };
  const aliases = Object.entries(preferred).map(([family, font]) =>
    `<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`);
  writeFileSync(config, `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${folder}</dir>\
<cachedir>${folder}/cache</cachedir>${aliases.join("")}</fontconfig>`);
  const browser = await startBrowser({
    args: ["--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb", "--hide-scrollbars"],
    env: { ...process.env, FONTCONFIG_FILE: config },
  });
  browser.on("disconnected", () => rmSync(folder, { recursive: true, force: true }));
  return browser;
}

const part = 4;
const levels = 16;

/** A quarter as wide and as high: each pixel is the mean of sixteen. What is left of a letter is how dark its place is. */
export function shrink(bytes) {
  const large = PNG.sync.read(bytes);
  const [width, height] = [Math.floor(large.width / part), Math.floor(large.height / part)];
  const small = new PNG({ width, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let dy = 0; dy < part; dy++)
          for (let dx = 0; dx < part; dx++)
            sum += large.data[((y * part + dy) * large.width + x * part + dx) * 4 + channel];
        small.data[(y * width + x) * 4 + channel] = Math.round(sum / (part * part));
      }
  return small;
}

/** With fewer colours, so that all references together are small. */
function fewColours({ width, height, data }) {
  const step = 255 / (levels - 1);
  return { width, height, data: data.map((value) => Math.round(Math.round(value / step) * step)) };
}

function write(folder, name, { width, height, data }) {
  mkdirSync(folder, { recursive: true });
  const picture = new PNG({ width, height });
  picture.data = Buffer.from(data);
  writeFileSync(join(folder, `${name}.png`), PNG.sync.write(picture, { colorType: 2, deflateLevel: 9 }));
}

/** How many of a thousand pixels two pictures differ in, and where. A picture that is longer than the other differs there. */
export function difference(one, other) {
  const [width, height] = [one.width, Math.max(one.height, other.height)];
  const fill = ({ data, height: rows }) => Buffer.concat([Buffer.from(data), Buffer.alloc((height - rows) * width * 4)]);
  if (one.width !== other.width) return { permille: 1000, where: one };
  const where = new PNG({ width, height });
  // The threshold is above what sixteen levels and another machine's rounding make, and below any line of text that moved.
  const differing = pixelmatch(fill(one), fill(other), where.data, width, height, { threshold: 0.1, includeAA: true });
  return { permille: (1000 * differing) / (width * height), where };
}

const tolerance = 2;

/** What is wrong with a picture, if anything; keeps it, as large as it is, below target/. */
export function compare(name, bytes) {
  mkdirSync(artefacts, { recursive: true });
  writeFileSync(join(artefacts, `${name}.png`), bytes);
  const small = fewColours(shrink(bytes));
  const path = join(references, `${name}.png`);
  if (accepted && !(existsSync(path) && difference(reference(path), small).permille === 0)) write(references, name, small);
  if (!existsSync(path)) return `${name} has no picture in tests/browser/pictures`;
  const { permille, where } = difference(reference(path), small);
  if (permille <= tolerance) return undefined;
  write(artefacts, `${name}.difference`, where);
  return `${name} differs in ${permille.toFixed(1)} of 1000 pixels: target/pictures/${name}.png, ${name}.difference.png`;
}

const reference = (path) => PNG.sync.read(readFileSync(path));

export const howToAccept =
  "If that is as it should be: EDUCA_ACCEPT_PICTURES=yes node --test shots.test.mjs in tests/browser, look at what git shows, commit.";
export const referenceFolder = references;
