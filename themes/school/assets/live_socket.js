// A socket that stays open: when it closes, it is opened again after a while that grows, at once when the network is
// back or the page is looked at. `address` says where, each time anew; `hear` takes what comes; `tell` is told how it is:
// "open", "again" (it is tried again), "offline", "plain" (sockets do not work here), "signed_out" or "no_place".

const patience = 10_000;

export function keepOpen(address, hear, tell) {
  let socket = null;
  let timer = 0;
  let nTries = 0;
  let wasOpen = false;
  let ended = false;
  let hiddenSince = Infinity;

  function open() {
    clearTimeout(timer);
    if (ended || socket) return;
    if (!navigator.onLine) return tell("offline");
    const url = new URL(address(), location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const mine = (socket = new WebSocket(url));
    let opened = 0;
    const slow = setTimeout(() => socket === mine && lost(0), patience);
    mine.onopen = () => {
      clearTimeout(slow);
      opened = Date.now();
      wasOpen = true;
      tell("open");
    };
    mine.onmessage = ({ data }) => socket === mine && hear(JSON.parse(data));
    mine.onclose = ({ code }) => {
      clearTimeout(slow);
      if (socket === mine) lost(code, opened);
    };
  }

  function drop() {
    clearTimeout(timer);
    const mine = socket;
    socket = null;
    mine?.close();
  }

  function end(how) {
    ended = true;
    drop();
    tell(how);
  }

  async function lost(code, opened) {
    drop();
    if (code === 4401) return end("signed_out");
    if (code === 4403) return end("no_place");
    // One that was open for a while begins with a short delay again.
    nTries = opened && Date.now() - opened > 5_000 ? 1 : nTries + 1;
    tell(!navigator.onLine ? "offline" : !wasOpen && nTries > 3 ? "plain" : "again");
    timer = setTimeout(open, Math.min(30_000, 1_000 * 2 ** (nTries - 1)) * (0.75 + Math.random() / 2));
    // A handshake that is refused tells a script nothing: the page itself says why.
    if (!opened && navigator.onLine) {
      const answer = await fetch(location.href, { method: "HEAD", redirect: "manual", cache: "no-store" }).catch(() => null);
      if (answer?.type === "opaqueredirect") end("signed_out");
      else if (answer?.status === 403 || answer?.status === 404) end("no_place");
    }
  }

  addEventListener("online", open);
  addEventListener("offline", () => {
    drop();
    if (!ended) tell("offline");
  });
  document.addEventListener("visibilitychange", () => {
    // What was asleep for long may have lost its socket without a word.
    if (!document.hidden && Date.now() - hiddenSince > 60_000) drop();
    hiddenSince = document.hidden ? Date.now() : Infinity;
    if (!document.hidden) open();
  });
  addEventListener("pagehide", drop);
  addEventListener("pageshow", ({ persisted }) => persisted && open());
  open();

  return {
    /** Whether it could be handed over; that it arrived, only the other side can say. */
    send(value) {
      const ready = socket?.readyState === WebSocket.OPEN;
      if (ready) socket.send(JSON.stringify(value));
      return ready;
    },
    /** Opens it anew, because nothing comes any more. */
    renew() {
      drop();
      tell("again");
      open();
    },
  };
}
