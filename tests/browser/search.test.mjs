// The search as learners meet it: what is found while one types, by which keys it is walked through, what it says to
// whom, and what it loads.

import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { copySchool, onStage, openPage, register, startServer, violations } from "./stage.mjs";
import { startStaticHost } from "./static_host.mjs";

const courses = {
  "languages/subject.md": `id = 5\ntitle = "Languages"`,
  "languages/german/course.md": `id = 7\ntitle = "Über Größen"\nowner = "ada-okafor"\nlang = "de"\naccess = "public"\nlayout = "lesson"`,
  "languages/german/01-a/module.md": `title = "Anfang"`,
  "languages/german/01-a/01-baum.md": `title = "Ein Baum"\n+++\nDer Binärsuchbaum wächst in der Straße.\n\n## Über das Fällen\n\nMan fällt ihn <b>nicht</b>.`,
  "languages/german/01-a/02-weg.md": `title = "Nicht zu finden"\nsearch = false\n+++\nQuittengelee.`,
  "languages/japanese/course.md": `id = 8\ntitle = "計算機科学"\nowner = "ada-okafor"\nlang = "ja"\naccess = "public"\nlayout = "lesson"`,
  "languages/japanese/01-a/module.md": `title = "はじめに"`,
  "languages/japanese/01-a/01-tree.md": `title = "木構造"\n+++\n二分探索木とは、データを順序よく保つ木構造である。`,
  "languages/arabic/course.md": `id = 9\ntitle = "علوم الحاسوب"\nowner = "ada-okafor"\nlang = "ar"\naccess = "public"\nlayout = "lesson"`,
  "languages/arabic/01-a/module.md": `title = "مقدمة"`,
  "languages/arabic/01-a/01-tree.md": `title = "الأشجار"\n+++\nالخُوَارِزْمِيَّة تبحث في الشجرة.`,
  "languages/gated/course.md": `id = 10\ntitle = "Closed rooms"\nowner = "ada-okafor"\nlayout = "lesson"`,
  "languages/gated/01-a/module.md": `title = "Behind the door"`,
  "languages/gated/01-a/01-secret.md": `title = "What is inside"\n+++\nA pelargonium stands in the window.`,
};

async function startSchool() {
  const school = copySchool();
  for (const [path, text] of Object.entries(courses)) {
    const [settings, body = "Words."] = text.split("\n+++\n");
    mkdirSync(dirname(join(school, "content", path)), { recursive: true });
    writeFileSync(join(school, "content", path), `+++\n${settings}\n+++\n${body}\n`);
  }
  writeFileSync(join(school, "content/ids.toml"), "instructor = 2\nsubject = 5\ncourse = 10\n");
  const server = await startServer(school);
  return { ...server, stop: () => server.stop().then(() => rmSync(school, { recursive: true })) };
}

const stage = onStage(startSchool);
const field = "#site_search";
const option = "#search_list [role=option]";

/** Types something into the header's field and waits for what is said of it. */
async function type(page, text) {
  await page.fill(field, text);
  await page.waitForFunction(() => /\d|Nothing/.test(document.querySelector(".search-status")?.textContent ?? ""));
  // The status may still be that of what stood there before.
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(150);
  const options = await page.locator(option).all();
  return Promise.all(options.map(async (one) => ({ href: await one.getAttribute("href"), text: await one.innerText() })));
}

async function opened(path = "/", options) {
  const visit = await stage.open(options);
  await visit.page.goto(path, { waitUntil: "networkidle" });
  return visit;
}

async function leave({ complaints, close }) {
  assert.deepEqual(complaints, []);
  await close();
}

test("what one types is found at once, slips and other spellings too, in languages with and without spaces", async () => {
  const visit = await opened();
  const found = [
    ["quadratic formula", "/course/algebra-basics/"],
    ["algbera", "/course/algebra-basics/"],
    ["laglebra", "/course/algebra-basics/"],
    ["binärsuchb", "/course/german/a/baum/"],
    ["BINARSUCHBAUM", "/course/german/a/baum/"],
    ["suchbaum", "/course/german/a/baum/"],
    ["strasse", "/course/german/a/baum/"],
    ["Straße wächst", "/course/german/a/baum/"],
    ["探索木", "/course/japanese/a/tree/"],
    ["構", "/course/japanese/a/tree/"],
    ["الخوارزمية", "/course/arabic/a/tree/"],
    ["شجرة", "/course/arabic/a/tree/"],
  ];
  const missing = [];
  for (const [text, address] of found) {
    const results = await type(visit.page, text);
    if (!results.some(({ href }) => href.startsWith(address))) missing.push([text, results.map(({ href }) => href)]);
  }
  assert.deepEqual(missing, []);
  await leave(visit);
});

test("what was found is marked where it stands, and text stays text", async () => {
  const visit = await opened();
  const { page } = visit;
  const [first] = await type(page, "nicht fällen");
  assert.equal(first.href, "/course/german/a/baum/#uber-das-fallen", "the heading that fits");
  const marks = await page.locator(`${option} mark`).allInnerTexts();
  assert.ok(marks.includes("nicht"), String(marks));
  assert.match(first.text, /Man fällt ihn nicht/);
  const group = page.locator("#search_list [role=group]").first();
  assert.deepEqual([await group.getAttribute("lang"), await group.locator(".search-course").innerText()], ["de", "Über Größen"]);
  await type(page, "<img src=x onerror=alert(1)> baum");
  assert.equal(await page.locator("#search_list img").count(), 0);
  await type(page, "木構造");
  assert.ok((await page.locator(`${option} mark`).allInnerTexts()).includes("木構造"));
  await leave(visit);
});

test("pages that their author keeps out, and gated ones, are not found by strangers", async () => {
  const visit = await opened();
  assert.deepEqual(await type(visit.page, "quittengelee"), []);
  assert.deepEqual(await type(visit.page, "pelargonium"), []);
  assert.equal(await visit.page.locator(".search-status").innerText(), "Nothing was found. Try fewer or other words.");
  await leave(visit);
});

test("the enrolled find what is in their course, until they leave it", async () => {
  const visit = await opened();
  const { page } = visit;
  await register(page);
  await page.goto("/students/enroll-course/?course=10");
  await page.click("main button");
  await page.goto("/", { waitUntil: "networkidle" });
  const [first] = await type(page, "pelargonium");
  assert.equal(first.href, "/course/gated/a/secret/");
  assert.match(first.text, /stands in the window/);
  await page.goto("/search/?q=pelargonium", { waitUntil: "networkidle" });
  assert.equal(await page.locator(".search-results a").getAttribute("href"), "/course/gated/a/secret/");
  const gated = await page.evaluate(async () => (await fetch("/search/10-enrolled.json")).status);
  assert.equal(gated, 200);
  // A session that ended elsewhere: what is gated is refused, all else is found.
  await page.context().clearCookies();
  await page.goto("/", { waitUntil: "networkidle" });
  assert.deepEqual(await type(page, "pelargonium"), []);
  assert.ok((await type(page, "suchbaum")).length > 0);
  await leave(visit);
});

test("it can be used with the keyboard alone", async () => {
  const visit = await opened("/course/algebra-basics/");
  const { page } = visit;
  const focused = () => page.evaluate(() => document.activeElement.id);
  await page.keyboard.press("/");
  assert.equal(await focused(), "site_search");
  await type(page, "baum");
  await page.keyboard.press("ArrowDown");
  const input = page.locator(field);
  assert.equal(await input.getAttribute("aria-activedescendant"), "search_option_0");
  assert.equal(await page.locator("#search_option_0").getAttribute("aria-selected"), "true");
  await page.keyboard.press("ArrowUp");
  assert.equal(await input.getAttribute("aria-activedescendant"), null);
  await page.keyboard.press("Escape");
  assert.equal(await input.getAttribute("aria-expanded"), "false");
  assert.deepEqual([await focused(), await input.inputValue()], ["site_search", "baum"], "the focus stays");
  await page.keyboard.press("Escape");
  assert.equal(await input.inputValue(), "");
  await page.locator("main").focus();
  await page.keyboard.press("Control+k");
  assert.equal(await focused(), "site_search");
  await type(page, "suchbaum");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/course/german/a/baum/");
  await page.focus(field);
  await type(page, "baum");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search/?q=baum");
  await leave(visit);
});

test("a slash in a field is a slash", async () => {
  const visit = await opened("/accounts/login/");
  await visit.page.focus("input[name=username]");
  await visit.page.keyboard.press("/");
  assert.equal(await visit.page.inputValue("input[name=username]"), "/");
  await leave(visit);
});

test("titles are there before the texts, and stay where they are when the texts come", async () => {
  const visit = await opened();
  const { page } = visit;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/\/search\/\d+\/\d+\.bin$/, (route) => held.then(() => route.continue()));
  await page.fill(field, "nicht fällen");
  const first = page.locator("#search_option_0");
  await first.waitFor();
  assert.equal(await first.innerText(), "Ein Baum\nAnfang");
  assert.equal(await first.getAttribute("href"), "/course/german/a/baum/");
  assert.match(await page.locator(".search-status").innerText(), /^1 result$/);
  await page.keyboard.press("ArrowDown");
  release();
  await page.getByText("Man fällt ihn").waitFor();
  assert.equal(await first.getAttribute("href"), "/course/german/a/baum/#uber-das-fallen", "the heading that fits");
  assert.equal(await page.locator(field).getAttribute("aria-activedescendant"), "search_option_0", "what was chosen is chosen");
  assert.equal(await first.getAttribute("aria-selected"), "true");
  await leave(visit);
});

test("all results have an address", async () => {
  const visit = await opened("/search/?q=equation");
  const { page } = visit;
  await page.locator(".search-results a").first().waitFor();
  assert.equal(await page.inputValue("#page_search"), "equation");
  assert.match(await page.locator("[data-search-status]").innerText(), /^\d+ results?$/);
  assert.ok((await page.locator(".search-results mark").count()) > 0);
  await page.fill("#page_search", "baum");
  await page.waitForURL("**/search/?q=baum");
  await page.getByRole("link", { name: "Ein Baum" }).first().waitFor();
  assert.ok(await page.locator("[data-search-courses]").isHidden());
  await page.fill("#page_search", "zzzzzzzz");
  await page.getByText("Nothing was found.").waitFor();
  assert.ok(await page.locator("[data-search-courses]").isVisible());
  await leave(visit);
});

test("axe has nothing to say, on a phone and on a wide screen, light and dark", async () => {
  for (const [width, colorScheme] of [[360, "light"], [1280, "dark"]]) {
    const visit = await opened("/", { viewport: { width, height: 800 }, colorScheme });
    await type(visit.page, "baum");
    await visit.page.keyboard.press("ArrowDown");
    assert.deepEqual(await violations(visit.page), []);
    const overflow = await visit.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} pixels too wide`);
    await visit.page.goto("/search/?q=baum", { waitUntil: "networkidle" });
    assert.deepEqual(await violations(visit.page), []);
    await leave(visit);
  }
});

test("without script the form leads to a page that says what to do", async () => {
  const visit = await stage.open({ javaScriptEnabled: false });
  const { page } = visit;
  await page.goto("/");
  await page.fill(field, "baum");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/search/?q=baum");
  assert.match(await page.locator("main").innerText(), /needs JavaScript/);
  await page.getByRole("link", { name: "計算機科学" }).click();
  await page.waitForURL("**/course/japanese/");
  await leave(visit);
});

test("nothing but a starter is loaded before somebody searches", async () => {
  const visit = await stage.open();
  const loaded = [];
  visit.page.on("response", async (response) => {
    const path = new URL(response.url()).pathname;
    if (/search/.test(path)) loaded.push([path, (await response.body()).length]);
  });
  await visit.page.goto("/course/german/a/baum/", { waitUntil: "networkidle" });
  assert.equal(loaded.length, 1, String(loaded));
  assert.ok(loaded[0][1] < 2048, String(loaded));
  await type(visit.page, "baum");
  const all = loaded.reduce((sum, [, size]) => sum + size, 0);
  assert.ok(all < 100_000, `${all} bytes`);
  await leave(visit);
});

test("words are the same in a text and in a query", async () => {
  const visit = await opened();
  // The cases of the unit tests in words.rs.
  const cases = {
    "Über die Größe, naïve ŒUVRE": ["uber", "die", "grosse", "naive", "oeuvre"],
    "ΟΔΟΣ οδός İstanbul ﬁn": ["οδοσ", "οδοσ", "istanbul", "fin"],
    "snake_case, x^2": ["snake", "case", "x", "2"],
    "الحُرُوفُ أحمد مكتبة": ["حروف", "احمد", "مكتبه"],
    二分木とは: ["二分", "分木", "木と", "とは"],
    木: ["木"],
    "B木がｶﾞ": ["b", "木が", "がガ"],
    "हिन्दी 한국어": ["हिन्दी", "한국어"],
  };
  const found = await visit.page.evaluate(async (texts) => {
    const { words } = await import(document.querySelector("form[data-search]").dataset.words);
    return texts.map(words);
  }, Object.keys(cases));
  assert.deepEqual(found, Object.values(cases));
  await leave(visit);
});

test("a static host serves it too", async () => {
  const host = await startStaticHost();
  try {
    const { page, complaints, close } = await openPage(stage.browser, host);
    await page.goto("/course/reading-rhythm/", { waitUntil: "networkidle" });
    const results = await type(page, "rythm");
    assert.ok(results.some(({ href }) => href.startsWith("/course/reading-rhythm/")), JSON.stringify(results));
    await page.keyboard.press("Enter");
    await page.waitForURL("**/search/?q=rythm");
    await page.locator(".search-results a").first().waitFor();
    assert.deepEqual(complaints, []);
    await close();
  } finally {
    await host.stop();
  }
});
