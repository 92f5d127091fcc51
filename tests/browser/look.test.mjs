// Every kind of page as readers see it: phone, tablet and desktop, light and dark. axe must find nothing; the screenshots in
// tests/browser/shots are for human eyes.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { administering, become, becomeInstructor, becomeStaff, open, signedIn, teaching } from "./pages.mjs";
import { onStage, violations } from "./stage.mjs";

const shots = fileURLToPath(new URL("shots", import.meta.url));
const looks = [
  { name: "phone-light", viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { name: "phone-dark", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  { name: "tablet-light", viewport: { width: 820, height: 1180 }, colorScheme: "light" },
  { name: "desktop-light", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { name: "desktop-dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
];

mkdirSync(shots, { recursive: true });
const stage = onStage();

for (const { name: look, ...options } of looks) {
  test(look, async (t) => {
    const { page, complaints, close } = await stage.open({ ...options, reducedMotion: "reduce" });
    const visit = (name, path) =>
      t.test(name, async () => {
        complaints.length = 0;
        await page.goto(path, { waitUntil: "networkidle" });
        // What can be done about a message is looked at, too.
        await page.evaluate(() => document.querySelectorAll(".message-menu").forEach((menu) => (menu.open = true)));
        // Playwright would hide the caret with an inline style, which our policy forbids.
        await page.screenshot({ path: `${shots}/${name}-${look}.png`, fullPage: true, caret: "initial" });
        assert.deepEqual(await violations(page), []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `the page is ${wide} pixels wider than the screen`);
        assert.deepEqual(complaints, []);
      });
    for (const [name, path] of Object.entries(open)) await visit(name, path);
    await become(page);
    for (const [name, path] of Object.entries(signedIn)) await visit(name, path);
    await becomeInstructor(page);
    for (const [name, path] of Object.entries(teaching)) await visit(name, path);
    await becomeStaff(page);
    for (const [name, path] of Object.entries(administering)) await visit(name, path);
    await close();
  });
}
