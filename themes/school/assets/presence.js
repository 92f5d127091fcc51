// Who is here: the list beside a chat, and the states on the page of all whom one meets. [data-presence] says where the
// socket is. A list is filled with names; a page has its rows already, and only says of each whether they are here.

const { keepOpen } = await import(document.getElementById("live_socket").href);

const place = document.querySelector("[data-presence]");
const { dataset: words } = place;
const rows = new Map([...place.querySelectorAll("[data-name]")].map((row) => [row.dataset.name, row]));
const most = 50;
const here = new Set();
let count = 0;
const number = new Intl.NumberFormat(document.documentElement.lang);
const counted = (n, one, other) => (n === 1 ? one : other).replace("{n}", number.format(n));

function heard(frame) {
  if (frame.type === "presence_state") {
    here.clear();
    frame.users.forEach((name) => here.add(name));
    ({ count } = frame);
  } else {
    const { username, is_logged_in: came } = frame;
    const { online = came ? [username] : [], offline = came ? [] : [username] } = frame;
    online.forEach((name) => here.add(name));
    offline.forEach((name) => here.delete(name));
    count = frame.count ?? Math.max(count + online.length - offline.length, here.size);
    for (const name of offline) rows.get(name) && tell(rows.get(name), false);
  }
  if (rows.size) drawRows(frame.type === "presence_state" && count <= here.size);
  else drawList();
}

function tell(row, online) {
  row.classList.toggle("online", online);
  row.querySelector(".presence").textContent = online ? words.online : words.offline;
}

/** Of whom nothing was told, what the server drew stands; `all` if everybody was named who is here. */
function drawRows(all) {
  for (const [name, row] of rows) if (all || here.has(name)) tell(row, here.has(name));
  const n = place.querySelectorAll(".online").length;
  document.getElementById("online_count").textContent = counted(n, words.one, words.other);
}

function drawList() {
  const list = place.querySelector("ul");
  const names = [...here].sort((a, b) => a.localeCompare(b)).slice(0, most);
  list.replaceChildren(...names.map((name) => {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("bdi"), { textContent: name }));
    if (name === words.user) item.append(` (${words.me})`);
    return item;
  }));
  const rest = count - names.length;
  place.querySelector(".rest").textContent = rest > 0 ? counted(rest, words.moreOne, words.moreOther) : "";
  for (const one of place.querySelectorAll(".count")) one.textContent = ` (${number.format(count)})`;
}

keepOpen(() => words.presence, heard, (state) => {
  if (!rows.size && /signed_out|no_place/.test(state)) heard({ type: "presence_state", count: 0, users: [] });
});
