// What an author sees in the browser while `educa dev` runs: pages that reload, styles that change under one's eyes, and
// mistakes as they are made and mended.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { openPage, startBrowser, startPreview, violations } from "./stage.mjs";

const shots = fileURLToPath(new URL("shots", import.meta.url));
const file = "content/mathematics/algebra-basics/course.md";
const path = "/course/algebra-basics/";

let server, browser, good;
before(async () => {
  mkdirSync(shots, { recursive: true });
  server = await startPreview();
  good = server.read(file);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page whose script listens already. */
async function open(options) {
  const opened = await openPage(browser, server, options);
  await opened.page.goto(path);
  await opened.page.evaluate(() => (window.marker = "the same page"));
  return opened;
}

const panel = (page) => page.getByRole("dialog");
const badge = (page) => page.locator("#educa-preview .badge");
const isSamePage = (page) => page.evaluate(() => window.marker === "the same page");
const withMistakes = () => good.replace("owner: ada-okafor", "onwer: <b>ada-okafor</b>");

test("a saved text is read at once, where one was", async () => {
  const { page, complaints, close } = await open({ viewport: { width: 390, height: 500 } });
  await page.evaluate(() => scrollTo(0, 300));
  server.write(file, good + "\nQuite new words.\n");
  await page.getByText("Quite new words.").waitFor();
  assert.equal(await isSamePage(page), false);
  await page.waitForFunction(() => scrollY === 300);
  server.write(file, good);
  await page.getByText("Quite new words.").waitFor({ state: "detached" });
  assert.deepEqual(complaints, []);
  await close();
});

test("styles change without a reload", async () => {
  const { page, complaints, close } = await open();
  const sheet = "themes/school/assets/school.css";
  const styles = server.read(sheet);
  for (const color of ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]) {
    server.write(sheet, `${styles}\nh1 { color: ${color} }\n`);
    await page.waitForFunction((color) => getComputedStyle(document.querySelector("h1")).color === color, color);
    await page.waitForFunction(() => document.querySelectorAll("link[rel=stylesheet]").length === 1);
  }
  assert.equal(await isSamePage(page), true);
  server.write(sheet, styles);
  await page.waitForFunction(() => !getComputedStyle(document.querySelector("h1")).color.match(/4, 5, 6/));
  assert.deepEqual(complaints, []);
  await close();
});

test("mistakes are shown over the page, can be put away, and go when they are mended", async () => {
  const { page, complaints, close } = await open();
  server.write(file, withMistakes());
  await panel(page).waitFor();
  const text = await panel(page).innerText();
  assert.match(text, /\d errors/);
  assert.match(text, /content\/mathematics\/algebra-basics\/course\.md:\d+:\d+/);
  assert.match(text, /<b>/, "what an author wrote is text");
  assert.equal(await isSamePage(page), true, "the last good page stays");
  assert.equal(await page.evaluate(() => document.activeElement === document.body), true, "it takes no focus away");

  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "hidden" });
  await badge(page).focus();
  await page.keyboard.press("Enter");
  await panel(page).waitFor();
  const focused = () => page.evaluate(() => document.querySelector("#educa-preview").shadowRoot.activeElement?.className);
  assert.equal(await page.evaluate(() => document.querySelector("#educa-preview").shadowRoot.activeElement.id), "title");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "close");
  await page.keyboard.press("Enter");
  await panel(page).waitFor({ state: "hidden" });
  assert.match(await focused(), /badge/);

  await page.goto(path);
  await badge(page).waitFor();
  assert.equal(await panel(page).isVisible(), false, "what was put away stays away, on other pages too");
  server.write(file, good);
  await badge(page).waitFor({ state: "hidden" });
  assert.deepEqual(complaints, []);
  await close();
});

test("a warning is only a badge, and stays away from the page", async () => {
  const { page, complaints, close } = await open();
  server.write(file, good + "\nThis <b>would be</b> bold.\n");
  await badge(page).getByText("1 warning").or(badge(page).getByText("2 warnings")).waitFor();
  assert.equal(await panel(page).isVisible(), false);
  assert.equal(await isSamePage(page), false, "what can be built is shown");
  await badge(page).click();
  assert.match(await panel(page).innerText(), /HTML is shown as text/);
  server.write(file, good);
  await page.getByText("would be").first().waitFor({ state: "detached" });
  await badge(page).waitFor({ state: "hidden" });
  assert.deepEqual(complaints, []);
  await close();
});

test("who comes back hears what happened meanwhile", async () => {
  const { page, close } = await open();
  await server.halt();
  server.write(file, good + "\nWritten in the night.\n");
  await server.resume();
  await page.getByText("Written in the night.").waitFor();
  server.write(file, good);
  await page.getByText("Written in the night.").waitFor({ state: "detached" });
  await close();
});

test("a school that was never built shows its mistakes, and then itself", async () => {
  const lonely = await startPreview({ file, text: withMistakes() });
  try {
    const { page, complaints, close } = await openPage(browser, lonely, { viewport: { width: 390, height: 844 } });
    await page.goto(path);
    await page.getByRole("heading", { name: "Nothing is built yet" }).waitFor();
    await page.screenshot({ path: `${shots}/preview-waiting.png`, fullPage: true, caret: "initial" });
    assert.deepEqual(await violations(page), []);
    lonely.write(file, withMistakes().replace("title: Algebra basics", "titel: Algebra basics"));
    await page.getByText("titel: Algebra basics").waitFor();
    assert.equal(await page.locator("#educa-preview").count(), 0, "the page itself says it all");
    lonely.write(file, good);
    await page.getByRole("heading", { name: "Algebra" }).first().waitFor();
    assert.deepEqual(complaints, []);
    await close();
  } finally {
    await lonely.stop();
  }
});

// axe makes styles of its own where there is a shadow tree, of which our policy complains: so complaints are read above.
for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of Object.entries({ phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } })) {
    test(`the panel on a ${device}, ${colorScheme}`, async () => {
      const { page, close } = await open({ viewport, colorScheme, reducedMotion: "reduce" });
      const shot = (name) =>
        page.screenshot({ path: `${shots}/preview-${name}-${device}-${colorScheme}.png`, caret: "initial" });
      server.write(file, withMistakes());
      await panel(page).waitFor();
      await shot("errors");
      const last = panel(page).locator("pre").nth(2);
      assert.ok((await last.evaluate((excerpt) => excerpt.scrollLeft)) > 0, "what is meant is seen on a long line too");
      assert.deepEqual(await violations(page), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `the page is ${wide} pixels wider than the screen`);
      await page.keyboard.press("Escape");
      await badge(page).waitFor();
      await shot("badge");
      assert.deepEqual(await violations(page), []);
      server.write(file, good);
      await badge(page).waitFor({ state: "hidden" });
      await close();
    });
  }
}
