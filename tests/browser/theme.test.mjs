// The theme, on a school that shows every element of it once (examples/gallery): what readers choose, open and press,
// from right to left, on paper; how much of it travels; and a school that makes it its own.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { onStage, startSchool, violations } from "./stage.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = "/course/every-element/reading/everything/";
const picture = "/course/every-element/reading/a-picture/";
const film = "/course/every-element/watching/a-film/";
const arabic = "/course/kull-al-anasir/qiraa/kull-shay/";
const all = [
  text, picture, film, arabic, "/", "/course/every-element/", "/course/every-element/watching/",
  "/course/every-element/watching/elsewhere/", "/course/every-element/watching/a-file/", "/course/kull-al-anasir/",
];

/** The gallery with what else a school has, such as a theme. */
function gallery(files = {}) {
  const school = mkdtempSync(join(tmpdir(), "educa-gallery-"));
  cpSync(join(root, "examples/gallery"), school, { recursive: true });
  // The theme as it is in the repository, which a binary may be older than.
  cpSync(join(root, "themes"), join(school, "themes"), { recursive: true });
  for (const [path, words] of Object.entries(files)) {
    mkdirSync(dirname(join(school, path)), { recursive: true });
    writeFileSync(join(school, path), words);
  }
  return school;
}

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const [light, dark] = ["rgb(253, 252, 249)", "rgb(20, 25, 26)"];

describe("the default theme", () => {
  const school = gallery();
  const stage = onStage(() => startSchool(school));
  after(() => rmSync(school, { recursive: true }));

  const looks = {
    phone: { viewport: { width: 320, height: 640 } },
    dark: { colorScheme: "dark" },
    contrast: { contrast: "more", viewport: { width: 1280, height: 900 } },
    forced: { forcedColors: "active", viewport: { width: 1280, height: 900 } },
  };
  for (const [look, options] of Object.entries(looks)) {
    test(`every element, ${look}`, async () => {
      const { page, complaints, close } = await stage.open({ ...options, reducedMotion: "reduce" });
      for (const path of all) {
        await page.goto(path, { waitUntil: "networkidle" });
        assert.deepEqual(await violations(page), [], path);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${path} is ${wide} pixels wider than the screen`);
      }
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  test("a reader chooses light or dark, and no page flashes in the other one", async () => {
    const { page, complaints, close } = await stage.open({ colorScheme: "dark", viewport: { width: 1280, height: 800 } });
    await page.goto(text);
    assert.equal(await background(page), dark);
    const button = page.locator(".site-header [data-look]");
    await button.click();
    assert.equal(await button.getAttribute("aria-label"), "Appearance: light");
    assert.equal(await background(page), light);
    // What is painted first is looked at, before any script that waits for the page to be there.
    await page.addInitScript(() => {
      globalThis.painted = new Promise((resolve) => requestAnimationFrame(function look() {
        if (!document.body) return requestAnimationFrame(look);
        resolve([getComputedStyle(document.body).backgroundColor, document.documentElement.dataset.theme]);
      }));
    });
    await page.goto(picture);
    assert.deepEqual(await page.evaluate(() => globalThis.painted), [light, "light"]);
    assert.equal(await button.getAttribute("aria-label"), "Appearance: light");
    await button.click();
    assert.equal(await background(page), dark);
    await button.click();
    assert.equal(await page.evaluate(() => "theme" in document.documentElement.dataset), false);
    await page.emulateMedia({ colorScheme: "light" });
    assert.equal(await background(page), light, "the system decides again");
    assert.deepEqual(complaints, []);
    await close();
  });

  test("without script, nothing is shown that would need one", async () => {
    const { page, close } = await stage.open({ javaScriptEnabled: false });
    await page.goto(text);
    assert.equal(await page.locator("[data-look]:visible, [data-keys]:visible").count(), 0);
    assert.ok(await page.getByRole("link", { name: "Next A picture" }).isVisible());
    await close();
  });

  test("keys lead on and back, and can be turned off", async () => {
    const { page, complaints, close } = await stage.open();
    await page.goto(text);
    await page.keyboard.press("j");
    await page.waitForURL(`**${picture}`);
    await page.keyboard.press("k");
    await page.waitForURL(`**${text}`);
    await page.getByRole("link", { name: "Gallery" }).focus();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard" });
    await dialog.waitFor();
    assert.deepEqual(await violations(page), []);
    await dialog.getByLabel("Use these keys").uncheck();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.className), "brand", "the focus comes back");
    for (const key of ["?", "j"]) await page.keyboard.press(key);
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.ok(page.url().endsWith(text));
    await page.getByRole("button", { name: "Keyboard" }).click();
    await dialog.getByLabel("Use these keys").check();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.keyboard.press("j");
    await page.waitForURL(`**${picture}`);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("a picture opens large, by keyboard, and the focus comes back", async () => {
    const { page, complaints, close } = await stage.open({ viewport: { width: 360, height: 740 } });
    await page.goto(picture);
    const opener = page.getByRole("button", { name: "Enlarge: A picture" });
    const before = (await opener.boundingBox()).width;
    await opener.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    const nearer = dialog.getByRole("button", { name: "Nearer" });
    await nearer.click();
    assert.equal(await nearer.getAttribute("aria-pressed"), "true");
    const large = await dialog.locator("img").boundingBox();
    assert.ok(large.width > 2 * before, `${large.width} beside ${before}`);
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.ok(await opener.evaluate((element) => element === document.activeElement));
    assert.deepEqual(complaints, []);
    await close();
  });

  test("nothing of a film travels before it is played", async () => {
    const { page, complaints, close } = await stage.open();
    const asked = [];
    page.on("request", (request) => /mp4/.test(request.url()) && asked.push(request.url()));
    await page.goto(film, { waitUntil: "networkidle" });
    await page.locator("video").scrollIntoViewIfNeeded();
    assert.deepEqual(asked, []);
    await page.locator("video").evaluate((video) => video.play());
    assert.equal(asked.length > 0, true);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("the list of a page says where its reader is", async () => {
    const { page, close } = await stage.open({ viewport: { width: 1400, height: 800 }, reducedMotion: "reduce" });
    await page.goto(text);
    assert.equal(await page.locator(".toc [aria-current]").count(), 0);
    await page.locator("#code").evaluate((heading) => heading.scrollIntoView());
    await page.locator(".toc [aria-current=location]", { hasText: "Code" }).waitFor();
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.locator(".toc [aria-current=location]", { hasText: "Pictures" }).waitFor();
    assert.equal(await page.locator(".toc [aria-current]").count(), 1);
    await close();
  });

  test("lines have sixty to seventy-eight characters, and things to press are large enough", async () => {
    const { page, close } = await stage.open({ viewport: { width: 1400, height: 900 } });
    await page.goto(text);
    const characters = await page.locator(".prose > p", { hasText: "nothing but words" }).evaluate((paragraph) => {
      const lines = new Map();
      const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
      for (let node; (node = walker.nextNode());) {
        for (let at = 0; at < node.length; at++) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + 1);
          const line = Math.round(range.getBoundingClientRect().bottom / 20);
          lines.set(line, (lines.get(line) ?? 0) + 1);
        }
      }
      return Math.max(...lines.values());
    });
    assert.ok(characters >= 60 && characters <= 78, `${characters} characters`);
    await page.setViewportSize({ width: 360, height: 740 });
    const small = await page.locator("main button, main .button, .side a, .pager a, header a, footer button, summary").evaluateAll((all) =>
      all.filter((one) => one.checkVisibility()).map((one) => [one.textContent, one.getBoundingClientRect()])
        .filter(([, { height, width }]) => height < 24 || width < 24).map(([words, { height, width }]) => `${words} ${width}×${height}`));
    assert.deepEqual(small, []);
    await close();
  });

  test("from right to left, everything begins at the right", async () => {
    const { page, close } = await stage.open({ viewport: { width: 1280, height: 900 } });
    await page.goto(arabic);
    assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
    const place = (selector) => page.locator(selector).first().boundingBox();
    const [brand, account, side, main] = await Promise.all([".brand", ".account", ".side", "main"].map(place));
    assert.ok(brand.x > account.x && side.x > main.x, "the header and the side are turned");
    const [caption, copy, code] = await Promise.all(["figcaption", "figure .copy", "figure code"].map(place));
    const words = await page.locator("figcaption").first().evaluate((element) => {
      const range = new Range();
      range.selectNodeContents(element);
      return range.getBoundingClientRect();
    });
    assert.ok(words.x < caption.x + 40 && words.right < copy.x && code.x < copy.x, "code is not turned, and not covered");
    const slant = await page.locator("main em").first().evaluate((element) => getComputedStyle(element).fontStyle);
    assert.equal(slant, "normal");
    await close();
  });

  test("on paper there is the text, in black on white, and nothing to press", async () => {
    const { page, close } = await stage.open({ colorScheme: "dark", viewport: { width: 800, height: 1100 } });
    await page.goto(text);
    await page.emulateMedia({ media: "print" });
    assert.equal(await background(page), "rgb(255, 255, 255)");
    const shown = await page.locator("button, nav, summary, .skip").evaluateAll((all) =>
      all.filter((one) => one.checkVisibility() && !one.querySelector("img")).map((one) => one.outerHTML.slice(0, 80)));
    assert.deepEqual(shown, []);
    const cut = await page.locator("pre, .table-scroll, .line").evaluateAll((all) =>
      all.filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible").length);
    assert.equal(cut, 0, "nothing is cut off");
    await close();
  });

  test("nothing moves while a page comes", async () => {
    const { page, close } = await stage.open({ viewport: { width: 390, height: 800 } });
    await page.addInitScript(() => {
      globalThis.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    for (const path of all) {
      await page.goto(path, { waitUntil: "networkidle" });
      assert.ok(await page.evaluate(() => globalThis.shift) < 0.01, path);
    }
    await close();
  });
});

describe("what travels", () => {
  // The sample school's lesson of 4.8 kB, as Markdown.
  const lesson = "course/introduction-to-django/a-page-of-your-own/a-project-that-runs/index.html";
  const stage = onStage();

  test("a lesson can be read after 14 kB, and its scripts are less than 20 kB", async () => {
    const html = readFileSync(join(root, "public", lesson), "utf8");
    const scripts = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, src]) => src);
    const sheets = [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, href]) => href);
    const bytes = (path) => readFileSync(join(root, "public", path));
    const compressed = {
      gzip: (file) => gzipSync(file, { level: 6 }).length,
      brotli: (file) => brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length,
    };
    for (const [name, compress] of Object.entries(compressed)) {
      const first = [Buffer.from(html), ...sheets.map(bytes)].reduce((sum, file) => sum + compress(file), 0);
      assert.ok(first <= 14 * 1024, `${name}: ${first} bytes`);
    }
    const raw = scripts.reduce((sum, src) => sum + bytes(src).length, 0);
    assert.ok(raw <= 20 * 1024, `${raw} bytes of scripts`);
    assert.ok(scripts.length > 2 && !scripts.some((src) => /chat|live|presence|message/.test(src)), String(scripts));
    assert.ok(!scripts.some((src) => /zoom/.test(src)), "a text without pictures opens none");
    assert.ok(stage.server.url);
  });
});

describe("a school's own theme", () => {
  const school = gallery({
    "educa.toml": '[site]\ntitle = "Violet"\ntheme = "violet"\n',
    "themes/violet/theme.toml": 'extends = "school"\nlogo = "violet.svg"\n\n[light]\naccent = "#6a1b9a"\n',
    "themes/violet/assets/violet.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#6a1b9a"/></svg>',
    "themes/violet/templates/lesson.html": '{% extends "school/lesson.html" %}{% block content %}<p id="own">Ours</p>{{ super() }}{% endblock content %}',
  });
  const stage = onStage(() => startSchool(school));
  after(() => rmSync(school, { recursive: true }));

  for (const colorScheme of ["light", "dark"]) {
    test(`has its colours, logo and template, ${colorScheme}`, async () => {
      const { page, complaints, close } = await stage.open({ colorScheme });
      await page.goto(text);
      assert.equal(await page.locator("#own").innerText(), "Ours");
      assert.match(await page.locator(".brand img").getAttribute("src"), /^data:image\/svg\+xml,.*6a1b9a/, "it is small enough to stand in the page");
      assert.ok(await page.locator(".brand img").evaluate((logo) => logo.naturalWidth > 0));
      const color = await page.locator(".prose a").first().evaluate((link) => getComputedStyle(link).color);
      const [red, green, blue] = color.match(/\d+/g).map(Number);
      assert.ok(blue > green && red > green, `violet, not ${color}`);
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(complaints, []);
      await close();
    });
  }
});
