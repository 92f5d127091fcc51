// The sample school on a static host: a server that has its public files and nothing else, and reads `_headers` and
// `_redirects` with Netlify's own parsers.

import { parseAllHeaders } from "@netlify/headers-parser";
import { parseAllRedirects } from "@netlify/redirect-parser";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { copySchool, program } from "./stage.mjs";

const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".xml": "application/xml",
  ".mp4": "video/mp4",
};

export const oldAddress = "/an/old/address/";
export const newAddress = "/course/reading-rhythm/";

/** Builds a school that knows where it will be found, and serves it. `withRedirects` is what not every host can. */
export async function startStaticHost({ withRedirects = true } = {}) {
  const school = copySchool();
  edit(join(school, "educa.toml"), "# base_url =", "base_url =");
  edit(join(school, "content/music/reading-rhythm/course.md"), "id = 6\n", `id = 6\naliases = ["${oldAddress}"]\n`);
  execFileSync(program, ["--root", school, "build"], { stdio: ["ignore", "ignore", "inherit"] });
  const folder = join(school, "public");
  const rules = await read(parseAllHeaders, { headersFiles: [join(folder, "_headers")], configHeaders: [] }, "headers");
  const moved = await read(parseAllRedirects, { redirectsFiles: [join(folder, "_redirects")], configRedirects: [] }, "redirects");
  const server = createServer((request, response) => {
    const address = decodeURIComponent(new URL(request.url, "http://host").pathname);
    for (const { forRegExp, values } of rules.filter(({ forRegExp }) => forRegExp.test(address)))
      for (const [name, value] of Object.entries(values)) response.appendHeader(name, value);
    const redirect = withRedirects && moved.find(({ path }) => decodeURI(path) === address);
    if (redirect) return response.writeHead(redirect.status, { location: redirect.to }).end();
    const [status, file] = find(folder, address);
    if (!response.hasHeader("content-type")) response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.writeHead(status).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(school, { recursive: true });
    },
  };
}

/** The rules of a file. The parsers have nothing to complain of. */
async function read(parse, options, what) {
  const { errors, [what]: rules } = await parse({ ...options, minimal: false });
  assert.deepEqual(errors, []);
  assert.ok(rules.length > 0, what);
  return rules;
}

/** The file at an address and its status; the page that says so where there is none. */
function find(folder, address) {
  const file = join(folder, address.endsWith("/") ? `${address}index.html` : address);
  try {
    readFileSync(file);
    return [200, file];
  } catch {
    return [404, join(folder, "404.html")];
  }
}

function edit(path, old, written) {
  const text = readFileSync(path, "utf8");
  assert.ok(text.includes(old), `${path} has no ${old}`);
  writeFileSync(path, text.replace(old, written));
}
