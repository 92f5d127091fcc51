// docs/deploy/edge-worker.js itself, with tokens whose bytes docs/edge-tokens.md gives; run by `node --test tests/edge`.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const source = await readFile(new URL("../../docs/deploy/edge-worker.js", import.meta.url));
const { default: worker, mayRead } = await import(`data:text/javascript;base64,${source.toString("base64")}`);

const EDGE_KEY = "A".repeat(43);
const EXPIRES = 1_795_000_000;
const TOKEN = `educa-edge=v1.${EXPIRES}.iYD0G_iR1XKXEo1BUCV7ZJWb0rrop25YDvzAdHzWquI`;
const BEFORE = (EXPIRES - 1) * 1000;

test("a token opens its course until it is over", async () => {
  for (const path of ["/course/sets/", "/course/sets/basics/", "/course/sets/basics/sheet%20one.pdf"]) {
    assert.equal(await mayRead(path, `a=b; ${TOKEN}; c=d`, EDGE_KEY, BEFORE), true, path);
    assert.equal(await mayRead(path, TOKEN, EDGE_KEY, EXPIRES * 1000), false, `${path} too late`);
  }
});

test("it opens nothing else, and no other token does", async () => {
  for (const path of ["/course/rings/basics/", "/course/sets-2/", "/course/sets", "/", "/students/course/1/", "/course//sets/", "x/course/sets/"]) {
    assert.equal(await mayRead(path, TOKEN, EDGE_KEY, BEFORE), false, path);
  }
  const [, expires, signature] = /v1\.(\d+)\.(.*)/.exec(TOKEN);
  const forged = ["", "educa-edge=", `educa-edge=v1.${Number(expires) + 1}.${signature}`, `educa-edge=v2.${expires}.${signature}`,
    `educa-edge=v1.${expires}.${signature.slice(0, -1)}`, `educa-edge=v1.${expires}.${"A".repeat(43)}`, `educa-edge=v1.0${expires}.${signature}`,
    `not-educa-edge=v1.${expires}.${signature}`, `educa-edge=v1.${expires}.${signature}x`, `educa-edge=v1.-1.${signature}`];
  for (const cookies of forged) {
    assert.equal(await mayRead("/course/sets/basics/", cookies, EDGE_KEY, BEFORE), false, cookies);
  }
  assert.equal(await mayRead("/course/sets/basics/", TOKEN, `B${"A".repeat(42)}`, BEFORE), false, "another key");
});

const files = {
  "public/course/sets/index.html": "overview",
  "private/course/sets/basics/index.html": "secret",
  "private/course/sets/basics/sheet one.pdf": "secret",
  "private/course/rings/one/index.html": "secret",
};
const object = (text) => ({ body: text, httpEtag: `"${text}"`, writeHttpMetadata: (headers) => headers.set("Content-Type", "text/plain") });
const env = { EDGE_KEY, SCHOOL: { get: async (name) => (name in files ? object(files[name]) : null) } };

async function ask(path, { cookie = TOKEN, method = "GET" } = {}) {
  globalThis.fetch = async () => new Response("educa");
  const RealDate = Date.now;
  Date.now = () => BEFORE;
  try {
    return await worker.fetch(new Request(`https://school.example${path}`, { method, headers: { cookie } }), env);
  } finally {
    Date.now = RealDate;
  }
}

test("the worker sends files to those who may have them, and others to educa", async () => {
  assert.equal(await (await ask("/course/sets/", { cookie: "" })).text(), "overview");
  for (const path of ["/course/sets/basics/", "/course/sets/basics/sheet%20one.pdf"]) {
    const answer = await ask(path);
    assert.equal(await answer.text(), "secret");
    assert.equal(answer.headers.get("cache-control"), "private, no-cache");
  }
  const sent = await ask("/course/sets/basics/?a=b", { cookie: "" });
  assert.deepEqual([sent.status, sent.headers.get("location")], [302, "/gate/renew/?next=%2Fcourse%2Fsets%2Fbasics%2F%3Fa%3Db"]);
  assert.equal((await ask("/course/rings/one/")).status, 302, "another course");
  for (const path of ["/", "/students/courses/", "/course/sets/nothing/"]) {
    assert.equal(await (await ask(path)).text(), "educa", path);
  }
  assert.equal(await (await ask("/course/sets/basics/", { method: "POST" })).text(), "educa");
});

test("no way to write a path leads from one course into another", async () => {
  for (const path of ["/course/sets/../rings/one/", "/course/sets/%2e%2e/rings/one/", "/course/sets/..%2frings/one/", "/course/sets/%2E%2E%2Frings/one/",
    "/course/sets//../rings/one/", "/course/sets/..\\rings/one/", "/course/sets/%5c../rings/one/", "/course/sets/%252e%252e/rings/one/", "/course/sets/%00/../../rings/one/",
    "/course/sets/%zz", "/course/sets/%", "/course/sets/%ff"]) {
    assert.notEqual(await (await ask(path)).text(), "secret", path);
  }
});
