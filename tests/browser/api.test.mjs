// A person walks through the API in a browser, as one looks around before writing a program: with scripts and without, on
// a phone and on a wide screen, light and dark. The screenshots in tests/browser/shots are for human eyes.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { onStage, password, register, violations } from "./stage.mjs";

const shots = fileURLToPath(new URL("shots", import.meta.url));
mkdirSync(shots, { recursive: true });
const stage = onStage();
const phone = { width: 320, height: 640 };
const desk = { width: 1280, height: 900 };

const walks = [
  { name: "without scripts, on a phone in the dark", javaScriptEnabled: false, viewport: phone, colorScheme: "dark" },
  { name: "with scripts, on a wide screen by day", javaScriptEnabled: true, viewport: desk, colorScheme: "light" },
];

for (const { name, ...options } of walks) {
  test(`the API is walked through ${name}`, async () => {
    const { page, complaints, close } = await stage.open({ ...options, reducedMotion: "reduce" });
    const student = await somebody();
    const look = `${options.viewport === phone ? "phone" : "desktop"}-${options.colorScheme}`;
    const answer = page.locator(".api-answer");
    const button = (name) => page.getByRole("button", { name, exact: true });
    const link = (name) => page.getByRole("link", { name, exact: true });
    /** Nothing on the page that a reader would trip over. */
    const isSound = async (shot) => {
      await page.screenshot({ path: `${shots}/api-${shot}-${look}.png`, fullPage: shot !== "contents", caret: "initial" });
      assert.deepEqual(await sights(page, options), { violations: [], wider: 0 }, shot);
      assert.deepEqual(complaints, [], shot);
    };
    const titles = async () => JSON.parse((await answer.innerText()).split("\n\n").slice(1).join("\n\n"));

    await page.goto("/api/");
    await isSound("root-stranger");
    await link(`${stage.server.url}/api/courses/`).click();
    await page.waitForURL("**/api/courses/");
    assert.match(await answer.innerText(), /HTTP 200 OK[\s\S]*"title": "Python for beginners"/);

    // A course: who is not signed in is told so, signs in by the page's own link, and is back.
    await page.goto("/api/courses/2/");
    assert.equal(await button("Enroll").count(), 0);
    await isSound("course-stranger");
    await link("Sign in to do more here").click();
    await page.fill("input[name=username]", student);
    await page.fill("input[name=password]", password);
    await page.click("main button");
    await page.waitForURL("**/api/courses/2/");
    assert.match(await page.locator("header.site-header").innerText(), new RegExp(student));
    await isSound("course");

    // Enrolling, by the form there; its answer is a page.
    await button("Enroll").click();
    await page.waitForURL("**/api/courses/2/enroll/");
    assert.match(await answer.innerText(), /HTTP 200 OK[\s\S]*"enrolled": true/);
    await isSound("enrolled");
    await link("Course Instance").click();
    await link("Contents").click();
    await page.waitForURL("**/api/courses/2/contents/");
    assert.match(await answer.innerText(), /HTTP 200 OK[\s\S]*"contents": \[/);
    await isSound("contents");

    // A list, page by page, by its own links.
    await page.goto("/api/courses/?page_size=2");
    const seen = (await titles()).results.map((course) => course.title);
    await isSound("list");
    while (await link("Next page").count()) {
      const here = page.url();
      await link("Next page").click();
      await page.waitForURL((url) => url.href !== here);
      seen.push(...(await titles()).results.map((course) => course.title));
    }
    assert.equal(new Set(seen).size, 6, seen.join());
    assert.equal(seen.length, 6);
    await link("Previous page").click();
    await page.waitForURL(/page=2/);

    // Selecting, searching and ordering, by the form there: it begins at the first page.
    await page.getByLabel("Subject").selectOption({ label: "Programming" });
    await page.getByLabel("Order by").selectOption("title");
    await button("Show").click();
    await page.waitForURL(/ordering=title/);
    const programming = (await titles()).results.map((course) => course.title);
    assert.ok(programming.includes("Python for beginners"), programming.join());
    assert.deepEqual(programming, [...programming].sort());
    await page.locator("main").getByLabel("Search for").fill("share an apartment");
    await button("Show").click();
    await page.waitForURL(/search=share/);
    assert.deepEqual((await titles()).results.map((course) => course.title), ["Python for beginners"]);
    await isSound("searched");
    await link("Show all").click();
    await page.waitForURL("**/api/courses/");

    // What one has, and how to give it up.
    await link("Api Root").click();
    await link("Me").click();
    await page.waitForURL("**/api/me/");
    assert.match(await answer.innerText(), new RegExp(`"username": "${student}"`));
    await isSound("me");
    await link(`${stage.server.url}/api/me/courses/`).click();
    await page.waitForURL("**/api/me/courses/");
    assert.deepEqual((await titles()).map((course) => [course.title, course.state]), [["Python for beginners", "enrolled"]]);
    await isSound("my-courses");
    await link(`${stage.server.url}/api/courses/2/`).click();
    await button("Enroll").click();
    await button("DELETE").click();
    await page.waitForURL("**/api/me/courses/");
    assert.deepEqual(await titles(), []);

    await page.goto("/api/docs/");
    assert.doesNotMatch(await page.locator("main").innerText(), /`/);
    await isSound("docs");

    await page.goto("/api/");
    await button("Sign out").click();
    await page.waitForURL("**/accounts/logout/");
    await page.goto("/api/me/");
    assert.match(await answer.innerText(), /HTTP 401 Unauthorized/);
    assert.match(await page.locator("header.site-header").innerText(), /Sign in/);
    await isSound("me-stranger");
    await close();
  });
}

/** Registers somebody in another window. */
async function somebody() {
  const { page, close } = await stage.open();
  const name = await register(page);
  await close();
  return name;
}

/** What is wrong with a page. Where scripts are off axe cannot run: another window that has them gets the same HTML. */
async function sights(page, options) {
  const wider = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
  if (options.javaScriptEnabled) return { violations: await violations(page), wider };
  const html = await page.content();
  const { page: other, close } = await stage.open({ ...options, javaScriptEnabled: true });
  // Nothing is asked of the server again: an answer to a form would be another one.
  await other.route(page.url(), (route) => route.fulfill({ body: html, contentType: "text/html; charset=utf-8" }));
  await other.goto(page.url());
  const found = await violations(other);
  await close();
  return { violations: found, wider };
}
