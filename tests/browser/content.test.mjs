// Code and formulas in a real browser: what the HTML promises can be seen, copied and scrolled.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onStage, register } from "./stage.mjs";

const stage = onStage();

const model = "/course/introduction-to-django/data-that-lasts/a-model/";

test("code is copied without its numbers", async () => {
  const { page, complaints, close } = await stage.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await register(page);
  await page.goto("/students/enroll-course/?course=1");
  await page.getByRole("button", { name: "Enroll now" }).first().click();
  await page.waitForURL(/\/course\//);
  await page.goto(model);
  const block = page.locator("figure.code").first();
  assert.equal(await block.locator("figcaption").innerText(), "sightings/models.py");
  await block.getByRole("button", { name: "Copy" }).click();
  await block.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.locator("main > [role=status]").innerText(), "Copied");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.startsWith("from django.core.validators import MinValueValidator\nfrom "), copied);
  const number = await block.locator(".line").nth(4).evaluate((line) => getComputedStyle(line, "::before").content);
  assert.match(number, /^"5"/);
  const [keyword, text] = await block.evaluate((block) =>
    [block.querySelector(".k"), block].map((element) => getComputedStyle(element).color));
  assert.notEqual(keyword, text);
  // Of a session in a shell, what was typed.
  await block.locator("code").evaluate((code) => {
    code.textContent = "$ educa new subject \\\n    \"Earth\"\ncontent/earth/subject.md\n\n$ educa check\nno mistakes\n";
  });
  await block.getByRole("button", { name: "Copy" }).click();
  await block.getByRole("button", { name: "Copied" }).waitFor();
  const typed = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(typed, "educa new subject \\\n    \"Earth\"\neduca check\n");
  assert.deepEqual(complaints, []);
  await close();
});

test("formulas are drawn, and a long one scrolls in its box", async () => {
  const { page, complaints, close } = await stage.open({ viewport: { width: 320, height: 700 } });
  await page.goto("/course/motion-and-forces/when-air-matters/");
  const sizes = await page.locator("math").evaluateAll((all) => all.map((math) => {
    const { width, height } = math.getBoundingClientRect();
    return [width, height];
  }));
  assert.ok(sizes.length >= 3 && sizes.every(([width, height]) => width > 3 && height > 3), JSON.stringify(sizes));
  const root = page.locator("math[display=block] msqrt").first();
  assert.ok((await root.boundingBox()).height > 30, "a fraction below a root is high");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(complaints, []);
  await close();
});
