// Asks search engines in Chromium and says how long they took and what they loaded: `benches/search` runs it.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { gunzipSync } from "node:zlib";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const required = (from) => createRequire(join(from, "x.js"));
const { chromium } = required(plan.browser)("playwright-core");
const shown = 6;

const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

/** Serves the public files, as they are, and what was made for peers below `/peers/`. */
function serve(peers) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://host").pathname);
    const file = path.startsWith("/peers/") ? join(peers, path.slice(7)) : join(plan.public, path.endsWith("/") ? `${path}index.html` : path);
    try {
      const body = readFileSync(file);
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** All pages, from the blocks of educa's own index: the peers that take texts index the same ones. */
function pages() {
  const folder = join(plan.public, "search");
  const found = [];
  for (const course of readdirSync(folder).filter((name) => /^\d+$/.test(name))) {
    for (const block of readdirSync(join(folder, course)).filter((name) => /^\d+\.bin$/.test(name))) {
      found.push(...JSON.parse(gunzipSync(readFileSync(join(folder, course, block)))).pages);
    }
  }
  return found;
}

/** How each engine is made ready, and the page that asks it: `window.ask(text)` says how many pages were found. */
const engines = {
  educa: {
    prepare: () => {},
    // The page itself: from a letter in the field to the list below it.
    script: null,
  },
  pagefind: {
    prepare(peers) {
      const program = join(plan.peers, "pagefind/lib/runner/bin.cjs");
      const begin = Date.now();
      execFileSync("node", [program, "--site", plan.public, "--output-path", join(peers, "pagefind")], { stdio: "ignore" });
      return `built in ${((Date.now() - begin) / 1000).toFixed(1)} s, ${size(join(peers, "pagefind"))}`;
    },
    script: `
      const engine = await import("/peers/pagefind/pagefind.js");
      window.ask = async (text) => {
        const found = await engine.search(text);
        await Promise.all(found.results.slice(0, ${shown}).map((one) => one.data()));
        return found.results.length;
      };`,
  },
  minisearch: {
    prepare(peers) {
      const MiniSearch = required(plan.peers)("minisearch");
      const begin = Date.now();
      const options = { fields: ["title", "headings", "text"], storeFields: ["title", "address"] };
      const engine = new MiniSearch(options);
      engine.addAll(pages().map((page, id) => ({ ...page, id, headings: page.headings.map(([, title]) => title).join(" ") })));
      mkdirSync(join(peers, "minisearch"), { recursive: true });
      writeFileSync(join(peers, "minisearch/index.json"), JSON.stringify(engine));
      writeFileSync(join(peers, "minisearch/options.json"), JSON.stringify(options));
      writeFileSync(join(peers, "minisearch/minisearch.js"), readFileSync(join(plan.peers, "minisearch/dist/es/index.js")));
      return `built in ${((Date.now() - begin) / 1000).toFixed(1)} s, ${size(join(peers, "minisearch"))}`;
    },
    script: `
      const { default: MiniSearch } = await import("/peers/minisearch/minisearch.js");
      const get = async (name) => (await fetch("/peers/minisearch/" + name)).text();
      const engine = MiniSearch.loadJSON(await get("index.json"), JSON.parse(await get("options.json")));
      window.ask = async (text) => engine.search(text, { prefix: true, fuzzy: 0.2, boost: { title: 3 }, combineWith: "AND" }).length;`,
  },
};

function size(folder) {
  const files = readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name))).filter((stat) => stat.isFile());
  return `${(files.reduce((sum, stat) => sum + stat.size, 0) / 1e6).toFixed(1)} MB in ${files.length} files`;
}

/**
 * Puts `window.ask` into a page: it says how many pages were found, and the moments when their titles and their texts were
 * there. Of educa, it fills the field in the header and waits until the list below it was drawn.
 */
async function ready(page, engine) {
  if (engine.script) {
    const ask = "const bare = window.ask; window.ask = async (text) => ({ n: await bare(text), titles: performance.now(), texts: performance.now() });";
    await page.addScriptTag({ type: "module", content: `window.begun = performance.now();\n${engine.script}\n${ask}\nwindow.isReady = true;` });
    await page.waitForFunction(() => window.isReady, null, { timeout: 120_000 });
    return;
  }
  await page.evaluate(() => {
    const form = document.querySelector("form[data-search]");
    const field = form.elements.q;
    const all = (selector) => [...form.querySelectorAll(selector)];
    window.ask = (text) =>
      new Promise((resolve) => {
        let titles;
        const look = (changes) => {
          const status = form.querySelector(".search-status");
          // It is written whenever results are, whether it says the same or not.
          if (status && changes.some(({ target }) => target === status)) titles = performance.now();
          if (titles === undefined || all(".search-excerpt").some((excerpt) => !excerpt.textContent)) return;
          done.disconnect();
          resolve({ n: Number.parseInt(status.textContent, 10) || 0, titles, texts: performance.now() });
        };
        const done = new MutationObserver(look);
        done.observe(form, { childList: true, subtree: true });
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    window.begun = performance.now();
    field.focus();
  });
}

/** Milliseconds and how many were answered, in one page. */
async function warm(browser, url, engine) {
  const page = await (await browser.newContext({ bypassCSP: true })).newPage();
  await page.goto(`${url}/search/`);
  await ready(page, engine);
  await page.evaluate(() => window.ask("warm"));
  const results = {};
  for (const [kind, texts] of Object.entries(plan.queries)) {
    const asked = await page.evaluate(async (texts) => {
      const all = [];
      for (const text of texts) {
        const begin = performance.now();
        const { n, titles, texts } = await window.ask(text);
        all.push({ n, titles: titles - begin, texts: texts - begin });
      }
      return all;
    }, texts);
    results[kind] = { ms: times(asked), answered: asked.filter(({ n }) => n > 0).length / asked.length };
  }
  await page.context().close();
  return results;
}

const times = (asked) => ({ titles: asked.map(({ titles }) => titles), texts: asked.map(({ texts }) => texts) });

/**
 * What is loaded from nothing to the results of one query, beyond the page itself, and how long it takes: at once, and
 * where the field had the focus for half a second before.
 */
async function cold(browser, url, engine) {
  const results = {};
  for (const [kind, texts] of Object.entries(plan.queries)) {
    const [bytes, atOnce, waited] = [[], [], []];
    for (const text of texts.slice(0, plan.cold)) {
      for (const wait of [0, 500]) {
        const context = await browser.newContext({ bypassCSP: true });
        const page = await context.newPage();
        await page.goto(`${url}/`, { waitUntil: "networkidle" });
        let loaded = 0;
        const waiting = [];
        page.on("response", (response) => waiting.push(response.body().then((body) => (loaded += body.length), () => {})));
        await ready(page, engine);
        if (wait) await page.waitForTimeout(wait);
        const asked = await page.evaluate(async ([text, wait]) => {
          const begin = wait ? performance.now() : window.begun;
          const { titles, texts } = await window.ask(text);
          return { titles: titles - begin, texts: texts - begin };
        }, [text, wait]);
        (wait ? waited : atOnce).push(asked);
        await page.waitForLoadState("networkidle");
        await Promise.all(waiting);
        bytes.push(loaded);
        await context.close();
      }
    }
    results[kind] = { bytes, at_once: times(atOnce), waited: times(waited) };
  }
  return results;
}

const peers = join(plan.public, "..", "peers");
const server = await serve(peers);
const url = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const found = {};
for (const name of plan.engines) {
  const index = engines[name].prepare(peers);
  process.stderr.write(`asking ${name}\n`);
  found[name] = { index, warm: await warm(browser, url, engines[name]), cold: await cold(browser, url, engines[name]) };
}
await browser.close();
server.close();
server.closeAllConnections();
process.stdout.write(JSON.stringify(found));
