// Every page, by the Nu HTML Checker: what the build wrote of the sample school and of the gallery, gated pages too, and
// what the server draws, with mistakes in its forms as well. One Java process for all of them.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { administering, become, becomeInstructor, becomeStaff, open, signedIn, teaching } from "./pages.mjs";
import { copySchool, openPage, program, startBrowser, startServer } from "./stage.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vnu = createRequire(import.meta.url).resolve("vnu-jar/build/dist/vnu.jar");
const java = process.env.JAVA ?? "java";

/** What is not counted. */
const excused = [
  // In a file nothing is `'self'`, and the checker does not know `data:` in a list. That browsers let all of it in is
  // asserted by static.test.mjs and look.test.mjs.
  ({ message }) => /^Resource violates Content Security Policy \(meta tag\): [a-z ]+ “(\/(assets|course)\/|data:image\/svg)/.test(message),
  // JSON-LD is data that no browser runs, and so no policy is about it; the checker takes every `script` for a script.
  ({ message, extract }) => /^Inline script violates Content Security Policy/.test(message) && /application\/ld\+json/.test(extract),
  // Attributes of every element in MathML Core; the checker has those of MathML 3.
  ({ message }) => /^Attribute “(displaystyle|scriptlevel)” not allowed on element “m[a-z]+”/.test(message),
];

/** Pages of the server that nobody need look at as pictures. */
const alsoOpen = {
  "api-subjects": "/api/subjects/",
  "api-courses": "/api/courses/?search=a",
  "api-docs": "/api/docs/",
  "api-refused": "/api/me/",
  "api-not-found": "/api/nowhere/",
  "reset-done": "/accounts/reset/done/",
  "reset-expired": "/accounts/reset/nothing/",
  "confirm-sent": "/accounts/confirm/sent/",
  "confirm-expired": "/accounts/confirm/nothing/",
  search: "/search/?q=force",
};
const alsoSignedIn = {
  "api-me": "/api/me/",
  "api-my-courses": "/api/me/courses/",
  "api-contents": "/api/courses/1/contents/",
  "invitation-expired": "/students/invitation/nothing/",
  "not-theirs": "/teach/1/",
  "no-room": "/chat/room/6/",
};
/** Forms with nothing in them, or not enough. */
const mistakes = {
  "login-wrong": ["/accounts/login/", { username: "nobody", password: "wrong", next: "/" }],
  "register-wrong": ["/students/register/", { username: "a b", password1: "x", password2: "y" }],
};
const mistakesOfStudents = {
  "password-wrong": ["/accounts/password/", { old: "wrong", password1: "x", password2: "y" }],
  "email-wrong": ["/accounts/email/", { email: "nowhere", password: "wrong" }],
  "chat-empty": ["/chat/room/1/", { message: "" }],
};

const work = mkdtempSync(join(tmpdir(), "educa-html-"));
const folders = {};
let browser;

before(async () => {
  // The theme as it is in the repository, which a binary may be older than. A school that knows its address says more.
  const school = copySchool();
  const config = join(school, "educa.toml");
  writeFileSync(config, readFileSync(config, "utf8").replace("# base_url =", "base_url ="));
  const course = join(school, "content/music/reading-rhythm/course.md");
  writeFileSync(course, readFileSync(course, "utf8").replace("id = 6\n", 'id = 6\naliases = ["/an/old/address/"]\n'));
  folders.school = school;
  folders.gallery = join(work, "gallery");
  cpSync(join(root, "examples/gallery"), folders.gallery, { recursive: true });
  cpSync(join(root, "themes"), join(folders.gallery, "themes"), { recursive: true });
  for (const folder of [school, folders.gallery])
    execFileSync(program, ["--root", folder, "build"], { stdio: ["ignore", "ignore", "inherit"] });
  browser = await startBrowser();
  folders.server = join(work, "server");
  mkdirSync(folders.server);
  await drawServer(folders.server);
});
after(async () => {
  await browser?.close();
  rmSync(work, { recursive: true });
  if (folders.school) rmSync(folders.school, { recursive: true });
});

/** Writes down what the server answers, as it travels: what scripts make of it is another matter. */
async function drawServer(folder) {
  const server = await startServer();
  const { page, close } = await openPage(browser, server);
  const { request } = page.context();
  const keep = async (name, answer) => {
    assert.match(answer.headers()["content-type"], /^text\/html/, name);
    writeFileSync(join(folder, `${name}.html`), await answer.body());
  };
  const headers = { accept: "text/html" };
  const get = async (pages) => {
    for (const [name, path] of Object.entries(pages)) await keep(name, await request.get(path, { headers }));
  };
  const post = async (forms) => {
    for (const [name, [path, form]] of Object.entries(forms))
      await keep(name, await request.post(path, { form, headers: { ...headers, origin: server.url }, maxRedirects: 0 }));
  };
  try {
    await get({ ...open, ...alsoOpen });
    await post(mistakes);
    await become(page);
    await get({ ...signedIn, ...alsoSignedIn });
    await post(mistakesOfStudents);
    await becomeInstructor(page);
    await get(teaching);
    await becomeStaff(page);
    await get(administering);
  } finally {
    await close();
    await server.stop();
  }
}

/** All pages below a folder. */
const below = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => join(entry.parentPath, entry.name));

/** What the checker says of some files, one line each. */
function said(files) {
  const options = ["--format", "json", "--stdout", "--exit-zero-always"];
  const checked = spawnSync(java, ["-jar", vnu, ...options, ...files], { encoding: "utf8", maxBuffer: 2 ** 28 });
  assert.ok(checked.stdout, `the checker said nothing: ${checked.error ?? checked.stderr}`);
  return JSON.parse(checked.stdout).messages.filter((said) => !excused.some((is) => is(said))).map(
    ({ url, lastLine, type, subType, message, extract }) => {
      const file = relative(tmpdir(), fileURLToPath(url));
      return { file, line: `${file}:${lastLine}: ${subType ?? type}: ${message} ${JSON.stringify(extract ?? "")}` };
    });
}

test("the only script in a page is the one that its policy names, in front servers' settings, too", () => {
  const policies = new Set();
  for (const file of [...below(join(folders.school, "public")), ...below(folders.server)]) {
    const html = readFileSync(file, "utf8");
    const [, policy] = html.match(/http-equiv="Content-Security-Policy" content="([^"]+)"/) ?? assert.fail(file);
    policies.add(policy);
    const inline = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script);
    assert.equal(inline.length, 1, file);
    assert.ok(policy.includes(`'sha256-${createHash("sha256").update(inline[0]).digest("base64")}'`), file);
    assert.doesNotMatch(policy, /unsafe/);
    assert.doesNotMatch(html, /<[^>]* (style|on[a-z]+)=/, file);
  }
  const [policy, ...others] = policies;
  assert.deepEqual(others, []);
  for (const name of ["nginx.conf", "nginx-accel.conf", "Caddyfile"])
    assert.ok(readFileSync(join(root, "docs/deploy", name), "utf8").includes(`"${policy}; frame-ancestors 'none'"`), name);
});

test("the Nu HTML Checker has nothing to say of any page", () => {
  // A page that is wrong on purpose goes along: a checker that finds nothing there would find nothing anywhere.
  const planted = join(work, "planted.html");
  writeFileSync(planted, readFileSync(join(folders.server, "login.html"), "utf8").replace("</main>", "<center>Lost</center>$&"));
  const files = ["school/public", "school/private", "gallery/public"].flatMap((place) => {
    const [school, part] = place.split("/");
    const found = below(join(folders[school], part));
    assert.ok(found.length > 0, `${place} has no pages`);
    return found;
  });
  files.push(...below(folders.server), planted);
  assert.ok(files.length > 120, `${files.length} pages`);
  const all = said(files);
  const faults = (lost) => all.filter(({ file }) => file.endsWith("planted.html") === lost).map(({ line }) => line);
  assert.match(faults(true).join("\n"), /center.* element is obsolete/);
  const found = faults(false);
  assert.equal(found.length, 0, `${found.length} of ${files.length} pages:\n${found.join("\n")}`);
});
