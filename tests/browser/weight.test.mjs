// How much travels before a lesson can be read, as educa sends it, and that nothing moves while a page comes.

import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { become, becomeInstructor, open, signedIn, teaching } from "./pages.mjs";
import { copySchool, onStage, startServer } from "./stage.mjs";

// A lesson that everybody may read, of as much source as most have.
const lesson = "/course/introduction-to-django/a-page-of-your-own/a-project-that-runs/";
const source = "content/programming/introduction-to-django/01-a-page-of-your-own/03-a-project-that-runs.md";
// What a server may send before it hears from the reader: ten packets, a first round trip.
const firstRoundTrip = 14 * 1024;
const allScripts = 20 * 1024;

describe("what travels", () => {
  let school;
  const stage = onStage(() => {
    school = copySchool();
    const config = join(school, "educa.toml");
    writeFileSync(config, readFileSync(config, "utf8").replace("# compress =", "compress ="));
    return startServer(school);
  });
  after(() => rmSync(school, { recursive: true }));

  /** What a page loads: type, path, encoding, and bytes with their headers. */
  async function loaded(path, encoding) {
    const { page, complaints, close } = await stage.open({ viewport: { width: 390, height: 844 } });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    if (encoding) await page.setExtraHTTPHeaders({ "accept-encoding": encoding });
    const found = new Map();
    devtools.on("Network.responseReceived", ({ requestId, type, response }) => {
      const { pathname } = new URL(response.url);
      found.set(requestId, { type, pathname, encoding: response.headers["content-encoding"], bytes: 0 });
    });
    devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (found.has(requestId)) found.get(requestId).bytes = encodedDataLength;
    });
    await page.goto(path, { waitUntil: "networkidle" });
    assert.deepEqual(complaints, []);
    await close();
    return [...found.values()];
  }
  const sum = (responses) => responses.reduce((sum, { bytes }) => sum + bytes, 0);

  test("the lesson that is weighed is one of four to five kilobytes", () => {
    const { size } = statSync(join(school, source));
    assert.ok(size > 4_000 && size < 5_000, `${size} bytes`);
  });

  for (const name of ["br", "gzip"]) {
    test(`a lesson can be read after 14 kB, and its scripts are less than 20 kB, ${name}`, async (t) => {
      const responses = await loaded(lesson, name);
      const first = responses.filter(({ type }) => type === "Document" || type === "Stylesheet");
      assert.equal(first.length, 2, "a page and its style sheet");
      for (const { pathname, encoding: used } of first) assert.equal(used, name, pathname);
      t.diagnostic(`${sum(first)} bytes of HTML and CSS`);
      assert.ok(sum(first) <= firstRoundTrip, first.map(({ pathname, bytes }) => `${pathname}: ${bytes}`).join("\n"));
      const scripts = responses.filter(({ type }) => type === "Script");
      t.diagnostic(`${sum(scripts)} bytes of ${scripts.length} scripts`);
      assert.ok(scripts.length > 2, "there are scripts");
      assert.ok(sum(scripts) <= allScripts, scripts.map(({ pathname, bytes }) => `${pathname}: ${bytes}`).join("\n"));
      assert.deepEqual(responses.filter(({ type }) => type === "Font"), [], "no font is waited for");
    });
  }
});

describe("nothing moves while a page comes", { concurrency: true }, () => {
  const stage = onStage();
  // A room has a line for each day of the reader's time zone, which no server knows, and lists who is there.
  // Who is online is counted while the page is read: another width of a number moves the button beside it by a pixel.
  const inTheirTime = { chat: 0.1, "chat-moderated": 0.1, online: 0.001 };
  const sum = (shifts) => shifts.reduce((sum, [value]) => sum + value, 0);
  const screens = {
    phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    desktop: { viewport: { width: 1280, height: 900 } },
  };

  for (const [screen, options] of Object.entries(screens)) {
    test(screen, async () => {
      const { page, close } = await stage.open(options);
      await page.addInitScript(() => {
        globalThis.shifts = [];
        new PerformanceObserver((list) => {
          for (const { value, sources } of list.getEntries())
            globalThis.shifts.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.nodeName)]);
        }).observe({ type: "layout-shift", buffered: true });
      });
      // What comes late in the world comes late here: scripts, pictures, and who is reading. The page is painted before.
      await page.route(/\/accounts\/bar\/|\.(webp|png|jpe?g|svg|js)$/, async (route) => {
        await wait(150);
        await route.continue();
      });
      const faults = [];
      const look = async (pages) => {
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(path, { waitUntil: "load" });
          // The page in which who is reading has arrived, too, and two frames of it.
          await page.evaluate(() => new Promise((resolve) =>
            setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)), 400)));
          const shifts = await page.evaluate(() => globalThis.shifts);
          if (sum(shifts) > (inTheirTime[name] ?? 0)) faults.push([name, ...shifts]);
        }
      };
      await look(open);
      await become(page);
      await look(signedIn);
      await becomeInstructor(page);
      await look(teaching);
      assert.deepEqual(faults, []);
      await close();
    });
  }

  test("what moves would be noticed", async () => {
    const { page, close } = await stage.open();
    await page.goto("/");
    const value = await page.evaluate(() => new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries()[0].value)).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => document.querySelector("main").prepend(Object.assign(document.createElement("p"), { textContent: "Late" })), 100);
    }));
    assert.ok(value > 0);
    await close();
  });
});
