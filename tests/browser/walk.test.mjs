// The main walk of a student, with scripts and without.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onStage, register } from "./stage.mjs";

const stage = onStage();

const course = "/course/python-for-beginners/";

test("with scripts, a static page knows who reads it: from registering to signing out, by way of a search", async () => {
  const { page, complaints, close } = await stage.open();
  await page.goto(course);
  await page.getByRole("link", { name: "Register to enroll" }).waitFor();
  const name = await register(page);
  await page.goto(course);
  await page.getByRole("button", { name: "Enroll now" }).click();
  await page.waitForURL(/\/course\/python-for-beginners\/.+/);
  // Reads, and finds what is for the enrolled alone.
  assert.ok((await page.locator("main .prose").first().innerText()).length > 100);
  await page.locator("header input[name=q]").fill("repetition");
  await page.getByRole("option", { name: /Decisions and repetition/ }).first().click();
  await page.waitForURL(/\/course\/python-for-beginners\/decisions-and-repetition\//);
  await page.goto(course);
  await page.getByRole("link", { name: "Go to course" }).waitFor();
  assert.match(await page.locator("header").first().innerText(), new RegExp(name));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/accounts/logout/");
  await page.goto(course);
  await page.getByRole("link", { name: "Register to enroll" }).waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test("without scripts, everything can be done", async () => {
  const { page, complaints, close } = await stage.open({ javaScriptEnabled: false });
  await page.goto("/");
  await page.getByRole("link", { name: "Python for beginners" }).click();
  await page.getByRole("link", { name: "Enroll", exact: true }).click();
  await page.getByRole("link", { name: "Register to enroll" }).click();
  await page.fill("input[name=username]", `plain-${process.pid}`);
  await page.fill("input[name=password1]", "correct horse x9");
  await page.fill("input[name=password2]", "correct horse x9");
  await page.click("main button");
  await page.getByRole("button", { name: "Enroll now" }).click();
  await page.waitForURL(/\/course\/python-for-beginners\/.+/);
  await page.getByRole("link", { name: "Course chat" }).first().click();
  await page.fill("[name=message]", "Is <b>this</b> text?");
  await page.getByRole("button", { name: "Send" }).click();
  assert.match(await page.locator("main").innerText(), /Is <b>this<\/b> text\?/);
  await page.goto("/students/courses/");
  await page.getByText("Leave course").click();
  await page.getByRole("button", { name: /Leave/ }).click();
  assert.match(await page.locator("main").innerText(), /You are not enrolled in any courses yet\./);
  assert.deepEqual(complaints, []);
  await close();
});

test("a student says what is done, goes on where they were, and takes it back", async () => {
  const { page, complaints, close } = await stage.open({ javaScriptEnabled: false, viewport: { width: 320, height: 640 } });
  await register(page);
  await page.goto("/students/enroll-course/?course=2");
  await page.getByRole("button", { name: "Enroll now" }).first().click();
  await page.waitForURL(/\/course\/python-for-beginners\/.+/);
  const first = page.url();
  await page.getByRole("button", { name: "Mark as done and go on" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/course/python-for-beginners/") && url.href !== first);
  const second = page.url();
  await page.goto("/students/courses/");
  assert.equal(await page.locator("progress").evaluate((bar) => [bar.value, bar.max, bar.labels.length].join()), "1,4,1");
  assert.match(await page.locator("main").innerText(), /1 of 4 modules done/);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels wider than the screen`);
  await page.getByRole("link", { name: /^Continue: / }).click();
  await page.waitForURL(second);
  await page.goto("/students/courses/");
  await page.locator("summary", { hasText: "Modules done" }).click();
  await page.getByRole("button", { name: /^Not done/ }).click();
  await page.waitForURL("**/students/courses/");
  assert.match(await page.locator("main").innerText(), /0 of 4 modules done/);
  assert.deepEqual(complaints, []);
  await close();
});

test("a wrong form says so at its fields and keeps what was typed", async () => {
  const { page, complaints, close } = await stage.open();
  await page.goto("/students/register/");
  await page.fill("input[name=username]", "has space");
  await page.fill("input[name=password1]", "password");
  await page.fill("input[name=password2]", "passwort");
  await page.click("main button");
  const name = page.locator("input[name=username]");
  assert.equal(await name.inputValue(), "has space");
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  assert.match(await page.locator("[role=alert]").innerText(), /didn't match/);
  assert.deepEqual(complaints, []);
  await close();
});

test("nobody else hears of a video before it is played", async () => {
  const { page, complaints, close } = await stage.open();
  await page.goto("/course/motion-and-forces/falling/");
  const cover = page.frameLocator("iframe").getByRole("link");
  await page.locator("iframe").scrollIntoViewIfNeeded();
  await cover.waitFor();
  assert.deepEqual(complaints, []);
  const asked = page.waitForRequest(/youtube-nocookie\.com\/embed\/E43-CfukEgs/);
  await cover.click();
  await asked;
  await close();
});

test("a person looks around in the API and enrolls there", async () => {
  const { page, complaints, close } = await stage.open();
  await register(page);
  await page.goto("/api/");
  await page.getByRole("link", { name: `${stage.server.url}/api/courses/` }).click();
  assert.match(await page.locator("pre").innerText(), /HTTP 200 OK[\s\S]*"title": "Python for beginners"/);
  await page.goto("/api/courses/2/");
  await page.getByRole("button", { name: "Enroll" }).click();
  assert.match(await page.locator("pre").innerText(), /"enrolled": true/);
  await page.getByRole("link", { name: "Course Instance" }).click();
  await page.getByRole("link", { name: "Contents" }).click();
  assert.match(await page.locator("pre").innerText(), /"contents": \[/);
  assert.deepEqual(complaints, []);
  await close();
});
