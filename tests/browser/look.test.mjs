// Every kind of page as readers see it: phone and desktop, light and dark. axe must find nothing; the screenshots in
// tests/browser/shots are for human eyes.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { onStage, register, signIn, violations } from "./stage.mjs";

const shots = fileURLToPath(new URL("shots", import.meta.url));
const open = {
  catalog: "/",
  subject: "/course/subject/mathematics/",
  course: "/course/algebra-basics/",
  "course-public": "/course/motion-and-forces/",
  "course-german": "/course/harmonielehre/",
  instructor: "/instructor/ada-okafor/",
  "module-preview": "/course/algebra-basics/letters-and-numbers/",
  "module-public": "/course/motion-and-forces/falling/",
  "module-formulas": "/course/motion-and-forces/when-air-matters/",
  "not-found": "/nowhere/",
  login: "/accounts/login/",
  register: "/students/register/",
  "signed-out": "/accounts/logout/",
  reset: "/accounts/reset/",
  "reset-sent": "/accounts/reset/sent/",
  enroll: "/students/enroll-course/?course=1",
  api: "/api/",
  "api-course": "/api/courses/1/",
};
const signedIn = {
  "my-courses": "/students/courses/",
  module: "/course/python-for-beginners/values-and-names/",
  code: "/course/introduction-to-django/data-that-lasts/a-model/",
  lesson: "/course/introduction-to-django/a-page-of-your-own/a-project-that-runs/",
  outline: "/course/introduction-to-django/a-page-of-your-own/",
  chat: "/chat/room/1/",
  online: "/students/online/",
  forbidden: "/course/algebra-basics/equations/",
  account: "/accounts/",
  password: "/accounts/password/",
  email: "/accounts/email/",
  sessions: "/accounts/sessions/",
  tokens: "/accounts/tokens/",
  digest: "/accounts/digest/",
  logout: "/accounts/logout/",
};
const teaching = {
  "chat-moderated": "/chat/room/1/",
  teach: "/teach/",
  people: "/teach/1/",
  invitations: "/teach/1/invitations/",
  moderation: "/teach/1/chat/",
};
const administering = {
  admin: "/admin/",
  "admin-people": "/admin/people/",
  "admin-person": "/admin/people/1/",
  "admin-courses": "/admin/courses/",
  "admin-enrollments": "/admin/enrollments/",
  "admin-events": "/admin/events/",
};
const looks = [
  { name: "phone-light", viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { name: "phone-dark", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
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
    await register(page);
    for (const id of ["1", "2"]) {
      await page.goto(`/students/enroll-course/?course=${id}`);
      await page.getByRole("button", { name: "Enroll now" }).first().click();
      await page.waitForURL(/\/course\//);
    }
    // Course 2 has its modules on one page each: the first of them is done.
    await page.getByRole("button", { name: "Mark as done and go on" }).click();
    await page.waitForURL(/\/course\//);
    for (const text of ["Is **this** `2 < 3`? See https://example.org/a_(b).", "And this, @ada-okafor?"]) {
      await page.goto("/chat/room/1/");
      await page.getByLabel("Your message").fill(text);
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByText(text.slice(-12)).last().waitFor();
    }
    for (const [name, path] of Object.entries(signedIn)) await visit(name, path);
    for (const [who, pages] of [["ada-okafor", teaching], ["the-staff", administering]]) {
      await page.context().clearCookies();
      await signIn(page, who);
      if (pages === teaching) await reportFirst(page);
      for (const [name, path] of Object.entries(pages)) await visit(name, path);
    }
    await close();
  });
}

/** Joins the first course, so that its room is seen by who moderates it; and reports a message there. */
async function reportFirst(page) {
  await page.goto("/students/enroll-course/?course=1");
  const enroll = page.getByRole("button", { name: "Enroll now" }).first();
  if (await enroll.isVisible()) {
    await enroll.click();
    await page.waitForURL(/\/course\//);
  }
  await page.goto("/chat/room/1/");
  const message = page.locator(".message:not(.mine)").last();
  await message.getByText("Report").first().click();
  await message.getByLabel("What is wrong with it?").fill("It asks too much.");
  await message.getByRole("button", { name: "Report this message" }).click();
  await page.getByText("Thank you.").waitFor();
}
