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
  module: "/course/python-for-beginners/",
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
  logout: "/accounts/logout/",
};
const teaching = {
  teach: "/teach/",
  people: "/teach/1/",
  invitations: "/teach/1/invitations/",
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
    for (const [name, path] of Object.entries(signedIn)) await visit(name, path);
    for (const [who, pages] of [["ada-okafor", teaching], ["the-staff", administering]]) {
      await page.context().clearCookies();
      await signIn(page, who);
      for (const [name, path] of Object.entries(pages)) await visit(name, path);
    }
    await close();
  });
}
