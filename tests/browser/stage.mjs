// The stage: a served sample school with a store of its own, and a browser.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const program = process.env.EDUCA ?? join(root, "target/release/educa");
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const password = "correct horse x9";

/** Who is there from the start: the instructor of courses 1 to 3, and somebody of the staff. */
const roles = { "ada-okafor": "instructor", "the-staff": "staff" };

/** Serves the sample school on a free port; resolves once it listens. */
export async function startServer(school = root) {
  const data = mkdtempSync(join(tmpdir(), "educa-browser-"));
  const store = join(data, "store");
  for (const [name, role] of Object.entries(roles)) {
    const words = ["--root", school, "user", "add", name, "--role", role, "--password-stdin", "--data", store];
    const added = spawnSync(program, words, { input: `${password}\n`, encoding: "utf8" });
    if (added.status !== 0) throw new Error(added.stderr);
  }
  const server = await run(["--root", school, "--listen", "127.0.0.1:0", "--data", store], "inherit");
  return {
    url: server.url,
    async stop() {
      await server.stop();
      rmSync(data, { recursive: true });
    },
  };
}

/** Serves another school, with a store of its own in it. */
export const startSchool = (school) => run(["--root", school, "--listen", "127.0.0.1:0"], "ignore");

/** A copy of the sample school with a theme of its own, to be written in. */
export function copySchool() {
  const school = mkdtempSync(join(tmpdir(), "educa-school-"));
  for (const name of ["content", "educa.toml", "themes"]) cpSync(join(root, name), join(school, name), { recursive: true });
  return school;
}

/** A copy of the sample school, shown by `educa dev` while tests write in it; `edit` comes first. */
export async function startPreview(edit) {
  const school = copySchool();
  if (edit) writeFileSync(join(school, edit.file), edit.text);
  // What it prints of the mistakes that a test makes is no news.
  let server = await run(["--root", school, "dev", "--listen", "127.0.0.1:0"], "ignore");
  const { url } = server;
  return {
    url,
    read: (path) => readFileSync(join(school, path), "utf8"),
    write: (path, text) => writeFileSync(join(school, path), text),
    halt: () => server.stop(),
    async resume() {
      server = await run(["--root", school, "dev", "--listen", new URL(url).host], "ignore");
    },
    async stop() {
      await server.stop();
      rmSync(school, { recursive: true });
    },
  };
}

/** Runs the program; resolves once it listens. */
async function run(options, stderr) {
  const server = spawn(program, options, { stdio: ["ignore", "pipe", stderr] });
  const url = await new Promise((resolve, reject) => {
    let said = "";
    server.stdout.on("data", (bytes) => {
      said += bytes;
      const found = said.match(/serving on (http:\/\/[^ ]+)\//);
      if (found) resolve(found[1]);
    });
    server.on("exit", (code) => reject(new Error(`educa ended with ${code}:\n${said}`)));
  });
  return {
    url,
    async stop() {
      server.removeAllListeners("exit");
      const ended = new Promise((resolve) => server.on("exit", resolve));
      server.kill("SIGTERM");
      await ended;
    },
  };
}

/** Headless Chromium that looks nothing up by itself. */
export const startBrowser = ({ args = [], ...options } = {}) =>
  chromium.launch({
    executablePath: browserPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync", ...args],
    ...options,
  });

/**
 * A page that notes whatever a reader should never meet: errors in the console (a violated Content-Security-Policy is
 * one) and requests to other hosts.
 */
export async function openPage(browser, server, options = {}) {
  const context = await browser.newContext({ baseURL: server.url, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    // The browser says this of every answer that is no success, which is what some tests ask for.
    const expected = message.text().startsWith("Failed to load resource: the server responded with a status of");
    if (message.type() === "error" && !expected) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith("data:")) complaints.push(request.url());
  });
  return { page, complaints, close: () => context.close() };
}

/** What all tests of a file share: something that serves, and a browser. Both end after the last test. */
export function onStage(start = startServer) {
  const stage = { open: (options) => openPage(stage.browser, stage.server, options) };
  before(async () => {
    stage.server = await start();
    stage.browser = await startBrowser();
  });
  after(async () => {
    await stage.browser?.close();
    await stage.server?.stop();
  });
  return stage;
}

let people = 0;

/** Registers somebody new through the form. */
export async function register(page, name = `student-${process.pid}-${++people}`) {
  await page.goto("/students/register/");
  await page.fill("input[name=username]", name);
  await page.fill("input[name=password1]", password);
  await page.fill("input[name=password2]", password);
  await page.click("main button");
  await page.waitForURL("**/students/courses/");
  return name;
}

/** Signs somebody in through the form. */
export async function signIn(page, name) {
  await page.goto("/accounts/login/");
  await page.fill("input[name=username]", name);
  await page.fill("input[name=password]", password);
  await page.click("main button");
  await page.waitForURL("**/students/courses/");
}

/** What axe finds wrong on a page, one line each. */
export async function violations(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}
