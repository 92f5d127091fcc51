// The chat of a course, live. The page works without: it holds what was said, a form and a link to see what is new. Here
// messages come and go by a socket. Each has a number; the last one says from where to go on after a break, and none is
// shown twice. What the reader writes is shown at once, with a state until it has a number.

const imported = (id) => import(document.getElementById(id).href);
const [{ keepOpen }, { nodes }] = await Promise.all(["live_socket", "message_text"].map(imported));

const page = document.querySelector(".chat-page");
const log = page.querySelector(".chat-log");
const form = page.querySelector(".chat-form");
const box = form.elements.message;
const status = document.getElementById("chat_status");
const newer = document.getElementById("chat_newer");
const words = document.getElementById("chat_words").dataset;
const me = words.user;
const room = new URL(form.action).pathname;
const title = document.title;
const longest = 2000;
const kept = 1000;

const list = log.querySelector("ol") ?? log.appendChild(make("ol"));
const shown = new Set();
/** What the reader wrote and nobody confirmed, by the name it is sent under. */
const unsent = new Map();
let last = 0;
let nUnseen = 0;
let nNames = 0;
let inbox = [];
let muted = "";
let state = "";
let doubt = 0;

function make(tag, name = "", text = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

// What a browser remembers, if it may.

const memory = (storage, name) => ({
  get: () => { try { return window[storage].getItem(`${name} ${room} ${me}`); } catch { return null; } },
  set: (value) => { try { window[storage].setItem(`${name} ${room} ${me}`, value); } catch { /* It is forgotten. */ } },
});
const draft = memory("sessionStorage", "chat-draft");
const plain = memory("sessionStorage", "chat-plain");
const read = memory("localStorage", "chat-read");

// Times, in the reader's zone and in the page's language as the reader's country writes it.

const { lang } = document.documentElement;
const locale = navigator.languages.find((one) => one.split("-")[0] === lang.split("-")[0]) ?? lang;
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const fullDay = new Intl.DateTimeFormat(locale, { dateStyle: "full" });
const nearDay = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const number = new Intl.NumberFormat(locale);
const counted = (n, one, other) => (n === 1 ? one : other).replace("{n}", number.format(n));

const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate());

function nameDays() {
  for (const day of list.querySelectorAll(".day time")) {
    const at = new Date(`${day.dateTime}T00:00`);
    const ago = Math.round((midnight(new Date()) - at) / 864e5);
    day.textContent = ago < 2 ? nearDay.format(-ago, "day") : fullDay.format(at);
  }
}

// Messages.

const timeOf = (item) => new Date(item.querySelector("time").dateTime);
const authorOf = (item) => (item.classList.contains("mine") ? me : item.querySelector(".message-head bdi")?.textContent);

/** Says when it was, and how it stands to the message before it. */
function place(item) {
  const at = timeOf(item);
  const time = item.querySelector("time");
  time.textContent = clock.format(at);
  time.title = moment.format(at);
  let before = item.previousElementSibling;
  const near = before?.classList.contains("message");
  while (before && !before.matches(".message")) before = before.previousElementSibling;
  const today = before && midnight(timeOf(before)) >= midnight(at);
  if (!today && !item.previousElementSibling?.matches(".day")) {
    const day = make("li", "day");
    const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
    day.appendChild(make("time")).dateTime = date.map((n) => String(n).padStart(2, "0")).join("-");
    item.before(day);
    nameDays();
  }
  const follows = near && today && authorOf(before) === authorOf(item) && at - timeOf(before) < 3e5;
  item.classList.toggle("follows", Boolean(follows));
  item.classList.toggle("at-once", Boolean(follows && before.querySelector("time").textContent === time.textContent));
}

function blank(mine, text, at) {
  const item = document.getElementById(mine ? "chat_mine" : "chat_theirs").content.firstElementChild.cloneNode(true);
  item.querySelector("time").dateTime = at;
  item.querySelector(".message-text").append(...nodes(text));
  log.querySelector(":scope > .empty")?.remove();
  return item;
}

function take(message) {
  const { id, user, message: text, datetime } = message;
  last = Math.max(last, id);
  if (message.type === "chat_removed") return remove(document.getElementById(`m${message.removed}`));
  if (shown.has(id)) return;
  shown.add(id);
  const mine = user === me;
  const item = (mine && claim(id, text)) || blank(mine, text ?? "", datetime);
  item.id = `m${id}`;
  item.classList.remove("pending");
  item.querySelector("time").dateTime = datetime;
  const name = item.querySelector(".message-head bdi");
  if (name) name.textContent = user;
  for (const input of item.querySelectorAll("input[name=message]")) input.value = id;
  const pending = list.querySelector(".pending");
  if (!item.parentNode || pending?.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING) {
    list.insertBefore(item, pending);
  }
  place(item);
  if (text === undefined) remove(item);
  if (!mine && !isRead) {
    if (!nUnseen++) mark(item);
  }
}

function remove(item) {
  const text = item?.querySelector(".message-text");
  text?.replaceWith(make("p", "message-removed", words.removed));
  if (text) item.querySelectorAll("details, form, .message-state").forEach((one) => one.remove());
}

/** What the reader wrote, if this is it. */
function claim(id, text) {
  const is = (one) => one.item && (one.id ? one.id === id : one.state !== "waiting" && one.text === text);
  const one = [...unsent.values()].find(is);
  if (!one) return null;
  const { item } = one;
  one.item = null;
  // What is out will be confirmed; the rest was on its way when the line broke.
  if (one.id || one.state !== "out") unsent.delete(one.name);
  tellState(item, "sent");
  return item;
}

// What is new.

let isRead = true;
const isAtEnd = () => log.scrollTop > -40;
const marker = make("li", "unread", words.unread);

function mark(item) {
  item.before(marker);
  item.classList.remove("follows", "at-once");
}

function look() {
  isRead = !document.hidden && isAtEnd();
  if (isRead) {
    nUnseen = 0;
    if (last) read.set(last);
  }
  newer.hidden = !nUnseen || isAtEnd();
  newer.textContent = counted(nUnseen, words.newOne, words.newOther);
  document.title = nUnseen ? `(${number.format(nUnseen)}) ${title}` : title;
}

function toEnd() {
  log.scrollTop = 0;
  look();
}

// What the reader writes.

function say(text) {
  const item = blank(true, text, new Date().toISOString());
  item.classList.add("pending");
  list.append(item);
  place(item);
  marker.remove();
  hand({ text, item });
  toEnd();
}

function hand(one) {
  one.name = String(++nNames);
  unsent.set(one.name, one);
  tellState(one.item, "sending");
  const sent = line.send({ message: one.text, client_id: one.name });
  one.state = sent ? "out" : "waiting";
  // No word for so long: what looks open is not.
  if (sent) setTimeout(() => one.state === "out" && unsent.has(one.name) && line.renew(), 10_000);
}

function confirmed({ client_id: name, id }) {
  const one = unsent.get(name);
  if (!one) return;
  one.id = id;
  one.state = "sent";
  if (one.item && !shown.has(id)) return tellState(one.item, "sent");
  one.item?.remove();
  unsent.delete(name);
}

function refused({ client_id: name, detail, retry_after: seconds }) {
  const one = unsent.get(name);
  if (!one) return tell(detail);
  if (!one.item) {
    one.item = blank(true, one.text, new Date().toISOString());
    list.append(one.item);
    place(one.item);
  }
  fail(one, `${words.notSent} ${detail}`, seconds);
}

function fail(one, why, seconds = 0) {
  one.state = "failed";
  one.item.classList.add("pending");
  const said = tellState(one.item, "failed", why);
  const again = make("button", "link", words.sendAgain);
  const discard = make("button", "link", words.discard);
  again.type = discard.type = "button";
  again.disabled = seconds > 0;
  setTimeout(() => { again.disabled = false; }, seconds * 1000);
  again.onclick = () => {
    unsent.delete(one.name);
    list.append(one.item);
    hand(one);
    box.focus();
  };
  discard.onclick = () => {
    unsent.delete(one.name);
    one.item.remove();
    box.focus();
  };
  said.append(" ", again, " ", discard);
}

function tellState(item, name, why = words[name]) {
  item.querySelector(".message-state")?.remove();
  return item.appendChild(make("p", `message-state ${name}`, why));
}

// The form.

box.value ||= draft.get() ?? "";
box.removeAttribute("maxlength");
const left = box.parentNode.appendChild(make("output", "hint"));
const isTouched = matchMedia("(hover: none) and (pointer: coarse)").matches;

function typed() {
  const n = longest - [...box.value.trim()].length;
  left.textContent = n < 200 ? counted(n, words.leftOne, words.leftOther) : "";
  left.classList.toggle("over", n < 0);
  return n;
}

box.addEventListener("input", () => {
  draft.set(box.value);
  typed();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouched || page.classList.contains("plain")) return;
  event.preventDefault();
  form.requestSubmit();
});
form.addEventListener("submit", (event) => {
  if (page.classList.contains("plain")) return draft.set("");
  event.preventDefault();
  const text = box.value.trim().replaceAll("\r\n", "\n");
  box.focus();
  if (!text || typed() < 0 || ["signed_out", "no_place"].includes(state)) return;
  if (muted) return tell(muted);
  box.value = "";
  draft.set("");
  typed();
  say(text);
});
addEventListener("pagehide", () => {
  const rest = [...unsent.values()].filter((one) => one.state === "waiting" || one.state === "failed");
  if (rest.length) draft.set([...rest.map((one) => one.text), box.value].filter(Boolean).join("\n\n"));
});

// The line.

let passing = 0;

function tell(text, link) {
  clearTimeout(passing);
  status.textContent = text;
  if (link) {
    const anchor = make("a", "", words.signIn);
    anchor.href = link;
    status.append(" ", anchor);
  }
}

function standing(how) {
  const before = state;
  // Where sockets did not work on the last page, they are tried, and not waited for.
  const now = how === "again" && plain.get() ? "plain" : how;
  if (now === "plain" || now === "open") plain.set(now === "plain" ? "yes" : "");
  state = now;
  page.classList.toggle("plain", now === "plain");
  form.noValidate = now !== "plain";
  clearTimeout(doubt);
  if (now === "open") {
    tell(muted || (before && before !== "open" ? words.open : ""));
    passing = setTimeout(() => tell(muted), 4000);
    const all = [...unsent.values()];
    all.filter((one) => one.state === "waiting").forEach((one) => { unsent.delete(one.name); hand(one); });
    // What was on its way when the line broke either comes now, or nobody knows.
    doubt = setTimeout(() => {
      all.filter((one) => one.state === "doubt" && unsent.has(one.name)).forEach((one) => fail(one, words.unsure));
    }, 4000);
    return;
  }
  for (const one of unsent.values()) {
    if (one.state === "out") one.state = "doubt";
    if (!one.item) unsent.delete(one.name);
  }
  tell(words[now], now === "signed_out" && `/accounts/login/?next=${encodeURIComponent(room)}`);
  if (now === "signed_out" || now === "no_place") form.querySelector("button").disabled = box.readOnly = true;
  if (now !== "plain") return;
  for (const one of [...unsent.values()].filter((one) => one.state === "waiting")) {
    one.item.remove();
    unsent.delete(one.name);
    box.value = [box.value, one.text].filter(Boolean).join("\n\n");
  }
}

function heard(frame) {
  inbox.push(frame);
  if (inbox.length === 1) setTimeout(showAll, 20);
}

/** All that came at once, so that much of it costs little and is not read out one by one. */
function showAll() {
  const frames = inbox;
  inbox = [];
  const [atEnd, height] = [isAtEnd(), log.scrollHeight];
  look();
  if (frames.length > 8 || frames.some((frame) => frame.type === "chat_history")) {
    log.ariaLive = "off";
    setTimeout(() => { log.ariaLive = "polite"; }, 1000);
  }
  frames.forEach(show);
  while (atEnd && list.children.length > kept) list.firstElementChild.remove();
  log.scrollTop = atEnd ? 0 : log.scrollTop - (log.scrollHeight - height);
  look();
}

function show(frame) {
  switch (frame.type) {
    case "chat_history":
      // There is more between what is shown and this than is told any more.
      if (frame.truncated) {
        list.replaceChildren(...list.querySelectorAll(".pending"));
        shown.clear();
        last = 0;
      }
      return frame.messages.forEach(take);
    case "chat_message":
    case "chat_removed":
      return take(frame);
    case "ack":
      return confirmed(frame);
    case "error":
      return refused(frame);
    case "muted":
      muted = words.muted.replace("{time}", moment.format(new Date(frame.until)));
      return tell(muted);
    case "unmuted":
      muted = "";
      return tell("");
  }
}

// What the server drew.

const seen = Number(read.get());
for (const item of list.querySelectorAll(".message")) {
  const id = Number(item.id.slice(1));
  shown.add(id);
  last = Math.max(last, id);
  place(item);
  const text = item.querySelector(".message-text");
  if (text && !text.firstElementChild) text.replaceChildren(...nodes(text.textContent));
  if (seen && id > seen && !item.classList.contains("mine") && !nUnseen++) mark(item);
}
log.setAttribute("role", "log");
log.ariaLive = "polite";
typed();
form.noValidate = !plain.get();
page.classList.toggle("plain", Boolean(plain.get()));
// Where one left off is in sight, also if more came since than has room.
const above = marker.parentNode ? marker.getBoundingClientRect().top - log.getBoundingClientRect().top : 0;
if (above < 0) log.scrollTop += above - 8;
look();

const line = keepOpen(() => `/ws${room}?after=${last}`, heard, standing);

log.addEventListener("scroll", look, { passive: true });
document.addEventListener("visibilitychange", look);
newer.addEventListener("click", () => {
  toEnd();
  box.focus();
});
// A keyboard on a phone leaves less to see.
visualViewport?.addEventListener("resize", () => {
  page.style.setProperty("--seen", `${visualViewport.height}px`);
  if (document.activeElement === box) form.scrollIntoView({ block: "end" });
});
