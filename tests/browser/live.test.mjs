// The chat of a course and who is here, in several windows at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onStage, register, violations } from "./stage.mjs";

const stage = onStage();
const room = "/chat/room/1/";

/** Somebody new in course 1. */
async function student(options) {
  const one = await stage.open(options);
  one.name = await register(one.page);
  await one.page.goto("/students/enroll-course/?course=1");
  await one.page.getByRole("button", { name: "Enroll now" }).first().click();
  await one.page.waitForURL(/\/course\//);
  return one;
}

/** The same, with the chat open. */
async function chatting(options) {
  const one = await student(options);
  await one.page.goto(room);
  await connected(one.page);
  return one;
}

/** A page with a line to the server: its own name is among those who are here. */
const connected = (page) => page.locator(".here li").filter({ hasText: "Me" }).waitFor({ state: "attached" });

async function say(page, text) {
  await page.getByLabel("Your message").fill(text);
  await page.keyboard.press("Enter");
}

const texts = (page) => page.locator(".message-text").allInnerTexts();
const reads = (page, text) => page.locator(".message-text", { hasText: text }).first().waitFor();
/** The messages that a test wrote, in the order in which a page shows them. */
const about = async (page, word) => (await texts(page)).filter((text) => text.startsWith(word));

test("two students talk, and see each other come and go", async () => {
  const [ada, bob] = [await chatting(), await chatting()];
  await ada.page.locator(".here bdi", { hasText: bob.name }).waitFor({ state: "attached" });
  await say(ada.page, "talk: hello");
  await reads(bob.page, "talk: hello");
  await say(bob.page, "talk: good day");
  await reads(ada.page, "talk: good day");
  for (const { page } of [ada, bob]) assert.deepEqual(await about(page, "talk:"), ["talk: hello", "talk: good day"]);
  const mine = ada.page.locator(".message", { hasText: "talk: hello" });
  assert.match(await mine.innerText(), /^Me/);
  await mine.locator(".message-state.sent").waitFor();
  assert.match(await ada.page.locator(".message", { hasText: "good day" }).innerText(), new RegExp(`^${bob.name}`));
  // A reload shows the same.
  await ada.page.reload();
  await connected(ada.page);
  assert.deepEqual(await about(ada.page, "talk:"), ["talk: hello", "talk: good day"]);
  const count = Number((await ada.page.locator(".count").first().textContent()).match(/\d+/));
  await bob.close();
  await ada.page.locator(".here bdi", { hasText: bob.name }).waitFor({ state: "detached" });
  assert.equal(Number((await ada.page.locator(".count").first().textContent()).match(/\d+/)), count - 1);
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await ada.close();
});

test("who was offline reads all that was said, once and in order, and is read", async () => {
  const [ada, bob] = [await chatting(), await chatting()];
  await say(ada.page, "train: before");
  await reads(bob.page, "train: before");
  await bob.page.context().setOffline(true);
  await bob.page.getByText("You are offline.").waitFor();
  for (const n of [1, 2, 3]) await say(ada.page, `train: ${n}`);
  await reads(ada.page, "train: 3");
  await ada.page.locator(".sending").first().waitFor({ state: "detached" });
  await say(bob.page, "train: from the tunnel");
  await bob.page.locator(".pending", { hasText: "from the tunnel" }).getByText("Sending…").waitFor();
  assert.deepEqual(await about(bob.page, "train:"), ["train: before", "train: from the tunnel"]);
  await bob.page.context().setOffline(false);
  await bob.page.getByText("Connected again.").waitFor();
  await reads(bob.page, "train: 3");
  await reads(ada.page, "train: from the tunnel");
  const all = ["train: before", "train: 1", "train: 2", "train: 3", "train: from the tunnel"];
  await bob.page.locator(".pending").first().waitFor({ state: "detached" });
  assert.deepEqual(await about(bob.page, "train:"), all);
  assert.deepEqual(await about(ada.page, "train:"), all);
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await Promise.all([ada.close(), bob.close()]);
});

test("whoever reads above is not moved, and hears how much is new", async () => {
  const [ada, bob] = [await chatting(), await chatting()];
  const log = bob.page.getByRole("log");
  for (let n = 1; n <= 14; n++) await say(ada.page, `above: ${n}\nand on\nand on`);
  await reads(bob.page, "above: 14");
  await log.focus();
  await bob.page.keyboard.press("Home");
  await bob.page.waitForFunction(() => document.querySelector(".chat-log").scrollTop < -200);
  await bob.page.waitForTimeout(300);
  const top = () => log.evaluate((log) => log.querySelector(".message").getBoundingClientRect().top);
  const before = await top();
  await say(ada.page, "above: 15");
  await say(ada.page, "above: 16");
  const button = bob.page.getByRole("button", { name: "2 new messages" });
  await button.waitFor();
  assert.ok(Math.abs((await top()) - before) < 2, "what is read stays where it is");
  assert.match(await bob.page.title(), /^\(2\) /);
  await button.focus();
  await bob.page.keyboard.press("Enter");
  await button.waitFor({ state: "hidden" });
  const order = await bob.page.locator(".unread, .message-text").allInnerTexts();
  assert.deepEqual(order.slice(-3), ["New messages", "above: 15", "above: 16"]);
  assert.equal(await bob.page.evaluate(() => document.activeElement.id), "id_message");
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await Promise.all([ada.close(), bob.close()]);
});

test("the line where one left off is drawn when one comes back", async () => {
  const [ada, bob] = [await chatting(), await chatting()];
  await say(ada.page, "back: seen");
  await reads(bob.page, "back: seen");
  await bob.page.goto("/students/courses/");
  await say(ada.page, "back: unseen");
  await ada.page.locator(".sent").last().waitFor();
  await bob.page.goto(room);
  await connected(bob.page);
  const order = await bob.page.locator(".unread, .message-text").allInnerTexts();
  assert.deepEqual(order.slice(-3), ["back: seen", "New messages", "back: unseen"]);
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await Promise.all([ada.close(), bob.close()]);
});

test("the keyboard is enough: Enter sends, Shift+Enter begins a line, nothing is not sent, a draft stays", async () => {
  const { page, complaints, close } = await chatting();
  assert.match(await page.locator("#id_message_hint").innerText(), /Enter sends, Shift\+Enter/);
  await page.getByLabel("Your message").focus();
  const n = (await texts(page)).length;
  await page.keyboard.press("Enter");
  await page.keyboard.type("   ");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("keys: one");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("two");
  await page.keyboard.press("Enter");
  await page.locator(".sent").last().waitFor();
  assert.deepEqual((await texts(page)).slice(n), ["keys: one\ntwo"]);
  assert.equal(await page.evaluate(() => document.activeElement.id), "id_message");
  await page.keyboard.type("keys: not yet");
  await page.reload();
  assert.equal(await page.getByLabel("Your message").inputValue(), "keys: not yet");
  await page.getByLabel("Your message").fill("x".repeat(2003));
  await page.getByText("-3 characters left").waitFor();
  await page.keyboard.press("Enter");
  assert.equal((await page.getByLabel("Your message").inputValue()).length, 2003);
  assert.deepEqual(complaints, []);
  await close();
});

test("what the server refuses is said at the message, and can be sent again", async () => {
  const { page, complaints, close } = await chatting();
  for (let n = 1; n <= 22; n++) await say(page, `fast: ${n}`);
  const failed = page.locator(".message", { has: page.locator(".failed") }).first();
  await failed.getByText("Not sent.").waitFor();
  const text = await failed.locator(".message-text").innerText();
  const again = failed.getByRole("button", { name: "Send again" });
  await again.click();
  await page.locator(".message:not(.pending)", { hasText: text }).waitFor();
  for (const one of await page.getByRole("button", { name: "Discard" }).all()) await one.click();
  assert.equal(new Set(await about(page, "fast:")).size, (await about(page, "fast:")).length, "none is there twice");
  assert.deepEqual(complaints, []);
  await close();
});

test("a text is a text, with links and a little Markdown", async () => {
  const [ada, bob] = [await chatting(), await chatting()];
  const long = `say **bold**, *italic*, \`<b> *x*\` <img src=x onerror=alert(1)> 2*3*4 (see https://x.example/a_(b)). javascript:alert(1)`;
  await say(ada.page, long);
  const html = '<strong>bold</strong>, <em>italic</em>, <code>&lt;b&gt; *x*</code> &lt;img src=x onerror=alert(1)&gt; 2*3*4 ' +
    '(see <a href="https://x.example/a_(b)" rel="nofollow noopener ugc">https://x.example/a_(b)</a>). javascript:alert(1)';
  for (const { page } of [ada, bob]) {
    const message = page.locator(".message-text", { hasText: "bold" });
    await message.waitFor();
    assert.equal(await message.innerHTML(), `say ${html}`);
  }
  // What the server drew reads the same.
  await bob.page.reload();
  await connected(bob.page);
  assert.equal(await bob.page.locator(".message-text", { hasText: "bold" }).innerHTML(), `say ${html}`);
  // The rules, case by case, as the server keeps them.
  const cases = {
    "say `<b> *x*` now": "say <code>&lt;b&gt; *x*</code> now",
    "``a` b": "`<code>a</code> b",
    "a ` b\n` c": "a ` b\n` c",
    "**bold *and italic***": "<strong>bold <em>and italic</em></strong>",
    "***both***, *so **it** is*": "<strong><em>both</em></strong>, <em>so <strong>it</strong> is</em>",
    "*a **b* c**": "<em>a **b</em> c**",
    "2*3*4 and 2 * 3 * 4 and **": "2*3*4 and 2 * 3 * 4 and **",
    "*one\ntwo*": "*one\ntwo*",
    "****x****": "****x****",
    "(*x*), «**y**»": "(<em>x</em>), «<strong>y</strong>»",
    "xhttp://x.org http:// http://.": "xhttp://x.org http:// http://.",
  };
  const links = {
    "see https://x.org/a?b=1#c.": "https://x.org/a?b=1#c",
    "HTTP://X.ORG, and": "HTTP://X.ORG",
    '"https://x.org/"!': "https://x.org/",
    "<https://x.org/…>": "https://x.org/",
    "https://ü.example/straße», ": "https://ü.example/straße",
    "https://x.org/a\u202eb": "https://x.org/a",
    "**https://x.org/**": "https://x.org/",
  };
  const drawn = await bob.page.evaluate(async (all) => {
    const { nodes } = await import(document.getElementById("message_text").href);
    return all.map((text) => {
      const place = document.createElement("p");
      place.append(...nodes(text));
      return [place.innerHTML, place.querySelector("a")?.textContent];
    });
  }, [...Object.keys(cases), ...Object.keys(links)]);
  assert.deepEqual(drawn.map(([html]) => html).slice(0, Object.keys(cases).length), Object.values(cases));
  assert.deepEqual(drawn.map(([, link]) => link).slice(Object.keys(cases).length), Object.values(links));
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await Promise.all([ada.close(), bob.close()]);
});

test("who signs out elsewhere, or leaves the course, hears so", async () => {
  const [ada, bob] = [await chatting(), await chatting()];
  const other = await ada.page.context().newPage();
  await other.goto("/students/courses/");
  await other.getByRole("button", { name: "Sign out" }).click();
  const said = ada.page.locator("#chat_status");
  await said.getByText("You are signed out.").waitFor();
  assert.match(await said.getByRole("link", { name: "Sign in" }).getAttribute("href"), /\/accounts\/login\/\?next=%2Fchat%2Froom%2F1%2F/);
  const left = await bob.page.context().newPage();
  await left.goto("/students/courses/");
  await left.getByText("Leave course").click();
  await left.getByRole("button", { name: /Leave now/ }).click();
  await bob.page.getByText("You are no longer in this course.").waitFor();
  assert.ok(await bob.page.getByRole("button", { name: "Send" }).isDisabled());
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await Promise.all([ada.close(), bob.close()]);
});

test("who comes back to a page after signing out elsewhere hears so too", async () => {
  const { page, complaints, close } = await chatting();
  await page.context().setOffline(true);
  await page.getByText("You are offline.").waitFor();
  await page.context().clearCookies();
  await page.context().setOffline(false);
  await page.getByText("You are signed out.").waitFor();
  // The browser itself says of a refused handshake that it was.
  assert.deepEqual(complaints.filter((text) => !/WebSocket connection to .* failed/.test(text)), []);
  await close();
});

test("without script, one reads, writes and looks again", async () => {
  const ada = await chatting();
  const { page, complaints, close } = await student({ javaScriptEnabled: false });
  await page.goto(room);
  await page.getByLabel("Your message").fill("plain: hello");
  await page.getByRole("button", { name: "Send" }).click();
  await reads(ada.page, "plain: hello");
  await say(ada.page, "plain: good day");
  await ada.page.locator(".sent").last().waitFor();
  await page.getByRole("link", { name: "Refresh" }).click();
  assert.deepEqual(await about(page, "plain:"), ["plain: hello", "plain: good day"]);
  await page.goto("/students/courses/");
  await page.getByRole("link", { name: "Who is here" }).click();
  assert.match(await page.getByRole("row", { name: ada.name }).innerText(), /Online/);
  await page.getByRole("link", { name: "Refresh" }).click();
  assert.deepEqual([...ada.complaints, ...complaints], []);
  await Promise.all([ada.close(), close()]);
});

test("the page of those whom one meets says who comes and goes", async () => {
  const [ada, bob] = [await student(), await student()];
  await ada.page.goto("/students/online/");
  const row = ada.page.getByRole("row", { name: bob.name });
  await row.getByText("Offline").waitFor();
  await ada.page.getByRole("row", { name: ada.name }).getByText("Online").waitFor();
  await bob.page.goto(room);
  await row.getByText("Online").waitFor();
  await bob.close();
  await row.getByText("Offline").waitFor();
  assert.deepEqual(ada.complaints, []);
  await ada.close();
});

for (const [look, viewport] of Object.entries({ phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } })) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing in a chat that is alive: ${look}, ${colorScheme}`, async () => {
      const options = { viewport, colorScheme, reducedMotion: "reduce" };
      const [ada, bob] = [await chatting(options), await chatting()];
      await say(bob.page, `look: **hello** at https://x.example/ ${look} ${colorScheme}`);
      await reads(ada.page, "look:");
      await say(ada.page, "look: good day");
      await ada.page.context().setOffline(true);
      await ada.page.getByText("You are offline.").waitFor();
      await say(ada.page, "look: from the tunnel");
      await ada.page.context().setOffline(false);
      await ada.page.locator(".pending").first().waitFor({ state: "detached" });
      for (const path of [room, "/students/online/"]) {
        if (path !== room) await ada.page.goto(path);
        assert.deepEqual(await violations(ada.page), []);
        const wide = await ada.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `the page is ${wide} pixels wider than the screen`);
      }
      assert.deepEqual(ada.complaints, []);
      await Promise.all([ada.close(), bob.close()]);
    });
  }
}

/** The chat, with what the server sends and hears in the test's hands as well. */
async function wired(one) {
  const wire = { heard: [], asked: [], quiet: false };
  await one.page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    wire.asked.push(new URL(socket.url()).searchParams.get("after"));
    const server = socket.connectToServer();
    wire.tell = (frame) => socket.send(JSON.stringify(frame));
    wire.end = (code) => socket.close({ code });
    server.onMessage((frame) => wire.quiet || socket.send(frame));
    socket.onMessage((frame) => {
      wire.heard.push(JSON.parse(frame));
      server.send(frame);
    });
  });
  await one.page.goto(room);
  await connected(one.page);
  return wire;
}

test("a message that is removed turns into a mark in open pages", async () => {
  const ada = await student();
  const wire = await wired(ada);
  await say(ada.page, "gone: soon");
  const message = ada.page.locator(".message:not(.pending)", { hasText: "gone: soon" });
  await message.locator(".sent").waitFor();
  const id = Number((await message.getAttribute("id")).slice(1));
  wire.tell({ type: "chat_removed", id: id + 1, removed: id });
  const item = ada.page.locator(`#m${id}`);
  await item.getByText("This message was removed.").waitFor();
  assert.deepEqual(await about(ada.page, "gone:"), []);
  // What was removed before one came is a mark from the beginning, and told twice it is there once.
  const late = { type: "chat_message", id: id + 2, user: "eve", datetime: "2026-11-20T19:56:02.495077+00:00", removed: true };
  wire.tell(late);
  wire.tell(late);
  await ada.page.locator(`#m${id + 2}`).getByText("This message was removed.").waitFor();
  assert.equal(await ada.page.locator(`#m${id + 2}`).count(), 1);
  assert.deepEqual(ada.complaints, []);
  await ada.close();
});

test("who is muted hears until when, and writes again after", async () => {
  const ada = await student();
  const wire = await wired(ada);
  wire.tell({ type: "muted", until: new Date(Date.now() + 3_600_000).toISOString() });
  await ada.page.getByText("You cannot write in this room until").waitFor();
  await say(ada.page, "muted: hello");
  assert.equal(await ada.page.getByLabel("Your message").inputValue(), "muted: hello");
  assert.deepEqual(wire.heard, []);
  wire.tell({ type: "unmuted" });
  await ada.page.locator("#chat_status").filter({ hasNotText: /./ }).waitFor({ state: "attached" });
  await ada.page.keyboard.press("Enter");
  await ada.page.locator(".message", { hasText: "muted: hello" }).locator(".sent").waitFor();
  assert.deepEqual(ada.complaints, []);
  await ada.close();
});

test("a line that ends is opened again from where it was; what nobody confirmed is not sent twice", async () => {
  const [ada, bob] = [await student(), await chatting()];
  const wire = await wired(ada);
  await say(ada.page, "line: one");
  await ada.page.locator(".message", { hasText: "line: one" }).locator(".sent").waitFor();
  wire.quiet = true;
  await say(ada.page, "line: two");
  await reads(bob.page, "line: two");
  wire.end(1013);
  await ada.page.getByText("Reconnecting…").waitFor();
  wire.quiet = false;
  await ada.page.getByText("Connected again.").waitFor();
  await ada.page.locator(".pending").first().waitFor({ state: "detached" });
  for (const { page } of [ada, bob]) assert.deepEqual(await about(page, "line:"), ["line: one", "line: two"]);
  assert.equal(wire.heard.length, 2);
  assert.deepEqual([...ada.complaints, ...bob.complaints], []);
  await Promise.all([ada.close(), bob.close()]);
});

test("where sockets do not work, the form does", async () => {
  const ada = await student();
  await ada.page.routeWebSocket(/\/ws\/chat\//, (socket) => socket.close({ code: 1011 }));
  await ada.page.clock.install();
  await ada.page.goto(room);
  const plain = ada.page.getByText("New messages do not come by themselves here.");
  for (let n = 0; n < 20 && !(await plain.isVisible()); n++) {
    await ada.page.clock.fastForward(20_000);
    await ada.page.waitForTimeout(100);
  }
  await plain.waitFor();
  for (const text of ["form: hello", "form: again"]) {
    await ada.page.getByLabel("Your message").fill(text);
    await ada.page.getByRole("button", { name: "Send" }).click();
    await reads(ada.page, text);
    await ada.page.getByRole("link", { name: "Refresh" }).waitFor();
  }
  assert.deepEqual(ada.complaints, []);
  await ada.close();
});

test("who was away for too long is shown what there is, in place of what there was", async () => {
  const ada = await student();
  const wire = await wired(ada);
  await say(ada.page, "long: before");
  await ada.page.locator(".message:not(.pending)", { hasText: "long: before" }).waitFor();
  const at = "2026-11-20T19:56:02.495077+00:00";
  const messages = [1, 2, 3].map((n) => ({ type: "chat_message", id: 5000 + n, message: `long: ${n}`, user: "eve", datetime: at }));
  wire.tell({ type: "chat_history", truncated: true, messages });
  wire.tell(messages[2]);
  await reads(ada.page, "long: 3");
  assert.deepEqual(await texts(ada.page), ["long: 1", "long: 2", "long: 3"]);
  assert.equal(await ada.page.locator(".day").count(), 1);
  wire.end(1013);
  await ada.page.waitForFunction(() => document.getElementById("chat_status").textContent === "Connected again.");
  assert.deepEqual(wire.asked.slice(1), ["5003"], "it goes on from the last one");
  assert.deepEqual(ada.complaints, []);
  await ada.close();
});
