// Which pages there are, by who may see them, and what has to happen before each has something to show. Tests that look at
// every page go through these lists, so that a new page is looked at by all of them.

import { register, signIn } from "./stage.mjs";

/** For everybody. */
export const open = {
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

/** For a student with a place in courses 1 and 2, and two messages in the room of course 1. */
export const signedIn = {
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

/** For the instructor of course 1, where a message was reported. */
export const teaching = {
  "chat-moderated": "/chat/room/1/",
  teach: "/teach/",
  people: "/teach/1/",
  invitations: "/teach/1/invitations/",
  moderation: "/teach/1/chat/",
};

/** For the staff. */
export const administering = {
  admin: "/admin/",
  "admin-people": "/admin/people/",
  "admin-person": "/admin/people/1/",
  "admin-courses": "/admin/courses/",
  "admin-enrollments": "/admin/enrollments/",
  "admin-events": "/admin/events/",
};

/** Somebody new, for whom [`signedIn`] is; gives their name. */
export async function become(page, wanted) {
  const name = await register(page, wanted);
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
  return name;
}

/** The instructor, for whom [`teaching`] is: joins the first course, so that its room is seen by who moderates it; and
 *  reports a message there. */
export async function becomeInstructor(page) {
  await page.context().clearCookies();
  await signIn(page, "ada-okafor");
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

/** Somebody of the staff, for whom [`administering`] is. */
export async function becomeStaff(page) {
  await page.context().clearCookies();
  await signIn(page, "the-staff");
}
