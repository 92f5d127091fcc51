// Each kind of page as a picture: phone and desktop, light and dark, from right to left, on paper; held against those in
// pictures/. What depends on the day is written over before.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { become, open, signedIn } from "./pages.mjs";
import { compare, difference, howToAccept, referenceFolder, shrink, startPainter } from "./picture.mjs";
import { openPage, startSchool, startServer } from "./stage.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const longest = 2400;
const [phone, desktop, paper] = [[390, 844], [1280, 900], [794, 1123]].map(([width, height]) => ({ width, height }));
const looks = {
  "phone-light": { viewport: phone, colorScheme: "light" },
  "phone-dark": { viewport: phone, colorScheme: "dark" },
  "desktop-light": { viewport: desktop, colorScheme: "light" },
  "desktop-dark": { viewport: desktop, colorScheme: "dark" },
};
const { lesson, chat } = signedIn;
const { catalog, subject, course, login, register } = open;
const everybody = { catalog, subject, course, lesson, search: "/search/?q=force", login, register, "not-found": open["not-found"] };
const student = { "my-courses": signedIn["my-courses"], chat };
const everything = "/course/every-element/reading/everything/";
const rightToLeft = { "rtl-course": "/course/kull-al-anasir/", "rtl-lesson": "/course/kull-al-anasir/qiraa/kull-shay/" };

const stage = {};
const taken = new Set();

before(async () => {
  const gallery = mkdtempSync(join(tmpdir(), "educa-gallery-"));
  cpSync(join(root, "examples/gallery"), gallery, { recursive: true });
  cpSync(join(root, "themes"), join(gallery, "themes"), { recursive: true });
  Object.assign(stage, { folder: gallery, school: await startServer(), gallery: await startSchool(gallery), browser: await startPainter() });
  // One learner for all looks: what they write in the room, and who is there, is then the same in each.
  const { page, close } = await openStage(stage.school, {});
  await become(page, "a-learner");
  stage.signedIn = await page.context().storageState();
  await close();
});
after(async () => {
  await stage.browser?.close();
  await Promise.all([stage.school?.stop(), stage.gallery?.stop()]);
  if (stage.folder) rmSync(stage.folder, { recursive: true });
});

/** The picture of a page at its rest. */
async function picture(page, path) {
  await page.goto(path, { waitUntil: "networkidle" });
  if (path.startsWith("/search/")) await page.locator("[data-search-results] a").first().waitFor();
  const height = await page.evaluate(async () => {
    for (const time of document.querySelectorAll("time")) time.textContent = "1 May 2026";
    // A minute may have begun between two messages, which is said above the second.
    for (const message of document.querySelectorAll(".message.follows")) message.classList.add("at-once");
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return document.documentElement.scrollHeight;
  });
  const clip = { x: 0, y: 0, width: page.viewportSize().width, height: Math.min(height, longest) };
  // Playwright would hide the caret with an inline style, which our policy forbids.
  return page.screenshot({ fullPage: true, clip, caret: "initial" });
}

const openStage = (server, options) =>
  openPage(stage.browser, server, { ...options, reducedMotion: "reduce", locale: "en-GB", timezoneId: "UTC" });

async function look(page, pages, ending, faults) {
  for (const [name, path] of Object.entries(pages)) {
    const file = `${name}-${ending}`;
    taken.add(file);
    const fault = compare(file, await picture(page, path));
    if (fault) faults.push(fault);
  }
}

const agreed = (faults) => assert.ok(faults.length === 0, `${faults.join("\n")}\n${howToAccept}`);

describe("pages look as they did", { concurrency: 2 }, () => {
  for (const [name, options] of Object.entries(looks)) {
    test(name, async () => {
      const faults = [];
      const visitor = await openStage(stage.school, options);
      await look(visitor.page, everybody, name, faults);
      await visitor.close();
      const learner = await openStage(stage.school, { ...options, storageState: stage.signedIn });
      await look(learner.page, student, name, faults);
      await learner.close();
      const gallery = await openStage(stage.gallery, options);
      await look(gallery.page, { gallery: everything }, name, faults);
      if (options.colorScheme === "light") await look(gallery.page, rightToLeft, name, faults);
      await gallery.close();
      agreed(faults);
    });
  }

  test("on paper", async () => {
    const faults = [];
    for (const [server, pages] of [[stage.school, { lesson }], [stage.gallery, { gallery: everything }]]) {
      const { page, close } = await openStage(server, { viewport: paper });
      await page.emulateMedia({ media: "print" });
      await look(page, pages, "print", faults);
      await close();
    }
    agreed(faults);
  });
});

test("a button that is gone would be noticed, and so would another shade", async () => {
  const { page, close } = await openStage(stage.school, looks["phone-light"]);
  const before = shrink(await picture(page, login));
  const changed = async (selector, property, value) => {
    await page.reload();
    await page.evaluate(([selector, property, value]) => {
      document.querySelector(selector).style.setProperty(property, value);
    }, [selector, property, value]);
    return difference(before, shrink(await page.screenshot({ fullPage: true, caret: "initial" }))).permille;
  };
  assert.ok(await changed("main button", "visibility", "hidden") > 4);
  assert.ok(await changed("body", "background-color", "#e0d0c0") > 100);
  await close();
});

test("there is no picture of a page that is no longer looked at", () => {
  const names = readdirSync(referenceFolder).map((file) => file.replace(/\.png$/, ""));
  assert.deepEqual(names.filter((name) => !taken.has(name)), []);
});
