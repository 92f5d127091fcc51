// A school that knows its address, on a host that only has its files: browsers obey the policy of `_headers` as well as
// that of the pages, and have nothing to say against either.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onStage, openPage } from "./stage.mjs";
import { newAddress, oldAddress, startStaticHost } from "./static_host.mjs";

const stage = onStage(startStaticHost);

const pages = {
  catalog: "/",
  subject: "/course/subject/mathematics/",
  course: "/course/algebra-basics/",
  instructor: "/instructor/ada-okafor/",
  module: "/course/motion-and-forces/when-air-matters/",
  video: "/course/motion-and-forces/falling/",
  lesson: "/course/introduction-to-django/a-page-of-your-own/a-project-that-runs/",
};

for (const [name, path] of Object.entries(pages)) {
  test(`${name}: nothing is refused`, async () => {
    const { page, complaints, close } = await stage.open();
    const answer = await page.goto(path, { waitUntil: "networkidle" });
    assert.equal(answer.status(), 200);
    const headers = answer.headers();
    assert.match(headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(headers["cache-control"], "public, no-cache");
    assert.equal(await page.locator("script[type='application/ld+json']").count(), 1);
    const style = await page.evaluate(() => [...document.styleSheets].map((sheet) => sheet.cssRules.length > 0));
    assert.deepEqual(style, [true], "the style sheet was let in");
    assert.deepEqual(complaints, []);
    await close();
  });
}

test("what does not exist is said in words", async () => {
  const { page, complaints, close } = await stage.open();
  const answer = await page.goto("/nowhere/", { waitUntil: "networkidle" });
  assert.equal(answer.status(), 404);
  await page.getByRole("heading", { name: "Page not found" }).waitFor();
  assert.ok(answer.headers()["content-security-policy"]);
  assert.deepEqual(complaints, []);
  await close();
});

test("an old address is redirected by the host", async () => {
  const { page, complaints, close } = await stage.open();
  const answer = await page.goto(oldAddress, { waitUntil: "networkidle" });
  assert.equal(new URL(page.url()).pathname, newAddress);
  assert.equal((await answer.request().redirectedFrom().response()).status(), 301);
  assert.deepEqual(complaints, []);
  await close();
});

test("a host without redirects has a page at an old address, which leads on", async () => {
  const host = await startStaticHost({ withRedirects: false });
  try {
    const { page, complaints, close } = await openPage(stage.browser, host);
    const seen = [];
    page.on("response", (response) => seen.push(response.status()));
    await page.goto(oldAddress);
    await page.waitForURL(`**${newAddress}`, { waitUntil: "networkidle" });
    assert.ok(!seen.includes(301));
    assert.deepEqual(complaints, []);
    await close();
  } finally {
    await host.stop();
  }
});

test("what a policy refuses would be noticed", async () => {
  const { page, complaints, close } = await stage.open();
  await page.goto("/");
  const said = page.waitForEvent("console");
  await page.evaluate(() => {
    const style = document.createElement("style");
    style.textContent = "body { color: red }";
    document.head.append(style);
  });
  await said;
  assert.ok(complaints.some((complaint) => /Content Security Policy/.test(complaint)), String(complaints));
  await close();
});
