// What Lighthouse measures of a catalog, a course and a lesson on the slow phone that it simulates: four times the time of
// this machine's processor, 150 ms for each way there and back, 1.6 Mbit/s. A school is served as one is that sends
// compressed pages (`compress`).

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as chromeLauncher from "chrome-launcher";
import lighthouse from "lighthouse";
import { copySchool, startServer } from "./stage.mjs";

const pages = {
  catalog: "/",
  course: "/course/motion-and-forces/",
  lesson: "/course/introduction-to-django/a-page-of-your-own/a-project-that-runs/",
};
// A machine that does something else draws late, and four times so on the phone: a page has a few attempts.
const attempts = 4;
const slowest = 1000;

const stage = {};

before(async () => {
  stage.school = copySchool();
  const config = join(stage.school, "educa.toml");
  writeFileSync(config, readFileSync(config, "utf8").replace("# compress =", "compress ="));
  stage.server = await startServer(stage.school);
  const chromeFlags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"];
  stage.chrome = await chromeLauncher.launch({ chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium", chromeFlags });
});
after(async () => {
  await stage.chrome?.kill();
  await stage.server?.stop();
  if (stage.school) rmSync(stage.school, { recursive: true });
});

/** What one run says: scores of a hundred, milliseconds until the largest paint, and audits that did not pass. */
async function run(path, onlyCategories) {
  const { lhr } = await lighthouse(stage.server.url + path, { port: stage.chrome.port, logLevel: "error", onlyCategories });
  assert.equal(lhr.runtimeError, undefined);
  assert.equal(lhr.configSettings.formFactor, "mobile");
  const scores = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]));
  const audits = Object.values(lhr.categories).flatMap(({ auditRefs }) => auditRefs).filter(({ weight }) => weight > 0)
    .map(({ id }) => lhr.audits[id]).filter(({ score }) => score !== null && score < 1)
    .map(({ id, displayValue }) => `${id} ${displayValue ?? ""}`);
  const { firstContentfulPaint: first, largestContentfulPaint: largest } = lhr.audits.metrics.details.items[0];
  return { scores, first, largest, audits };
}

for (const [name, path] of Object.entries(pages)) {
  test(`${name}: 100 of 100 four times, and its largest paint within a second`, async (t) => {
    const { scores, ...first } = await run(path, ["performance", "accessibility", "best-practices", "seo"]);
    const { performance, ...others } = scores;
    assert.deepEqual(others, { accessibility: 100, "best-practices": 100, seo: 100 }, first.audits.join("\n"));
    const runs = [{ ...first, performance }];
    const isFast = (run) => run.performance === 100 && run.largest < slowest;
    while (!runs.some(isFast) && runs.length < attempts) {
      const { scores, ...next } = await run(path, ["performance"]);
      runs.push({ ...next, performance: scores.performance });
    }
    const figures = runs.map((run) => `performance ${run.performance}, first paint ${run.first} ms, largest ${run.largest} ms`);
    t.diagnostic(figures.join("; "));
    assert.ok(runs.some(isFast), `${figures.join("\n")}\n${runs.at(-1).audits.join("\n")}`);
  });
}
