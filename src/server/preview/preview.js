// The author's preview in an open page: reloads it, swaps its style sheets, and shows what is wrong with the texts.
//
// It asks the server for events and says which build this page is of, so that a page which was asleep, or knew another
// server, hears what it lacks. What an author wrote is only ever put into the page as text.

(() => {
  const script = document.currentScript;
  let build = Number(script.dataset.build);
  let source = null;
  let retry = 0;

  // ---- listening

  function connect() {
    clearTimeout(retry);
    if (source || document.visibilityState === "hidden") return;
    source = new EventSource(`/.educa/events?build=${build}`);
    source.addEventListener("reload", (event) => reload(JSON.parse(event.data)));
    source.addEventListener("styles", (event) => swapStyles(JSON.parse(event.data)));
    source.addEventListener("problems", (event) => show(event.data));
    source.addEventListener("fixed", () => hide());
    source.onerror = () => {
      // Begins anew with the build that this page has by then; a browser's own attempt would name the old one.
      disconnect();
      retry = setTimeout(connect, 500);
    };
  }

  function disconnect() {
    clearTimeout(retry);
    source?.close();
    source = null;
  }

  // A page that nobody sees lets go: browsers allow six connections to a server, for all pages together.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") disconnect();
    else connect();
  });
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", connect);

  // ---- following builds

  function reload({ build: newest, changed }) {
    build = newest;
    const here = decodeURI(location.pathname);
    if (!changed || changed.some((address) => decodeURI(address) === here)) location.reload();
  }

  /** `/assets/school.css` for `/assets/school.<digest>.css`. */
  const plainName = (href) => href.replace(/\.[0-9a-f]+\.css$/, ".css");

  function swapStyles({ build: newest, sheets }) {
    build = newest;
    for (const old of document.querySelectorAll("link[rel~=stylesheet][href]")) {
      const url = new URL(old.href);
      const href = sheets[plainName(url.pathname)];
      if (!href || href === url.pathname || url.origin !== location.origin || old.dataset.educaOld) continue;
      old.dataset.educaOld = "";
      const fresh = old.cloneNode();
      delete fresh.dataset.educaOld;
      fresh.href = href;
      // The old styles stay until the new ones are there: no moment without any.
      fresh.addEventListener("load", () => old.remove());
      fresh.addEventListener("error", () => old.remove());
      old.after(fresh);
    }
  }

  // ---- showing what is wrong

  const closedFor = "educa-closed-for";
  let parts = null;
  let shown = "";

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const counted = (n, one) => (n === 1 ? `1 ${one}` : `${n} ${one}s`);

  function summary({ errors, warnings }) {
    const counts = [[errors, "error"], [warnings, "warning"]].filter(([n]) => n > 0);
    return counts.map(([n, one]) => counted(n, one)).join(" and ");
  }

  /** The panel and the badge, in a tree of their own: the theme's styles do not reach them, nor theirs the page. */
  function makeParts() {
    const host = element("div", { id: "educa-preview" });
    const root = host.attachShadow({ mode: "open" });
    const styles = element("link", { rel: "stylesheet", href: "/.educa/preview.css" });
    const title = element("h2", { id: "title", tabindex: "-1" });
    const note = element("p", { class: "note" });
    const list = element("ol");
    const close = element("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
    const head = element("div", { class: "head" }, element("div", {}, title, note), close);
    const panel = element("section", { role: "dialog", "aria-labelledby": "title", lang: "en", dir: "ltr", hidden: "" }, head, list);
    const badge = element("button", { type: "button", class: "badge", lang: "en", dir: "ltr", "aria-haspopup": "dialog", hidden: "" });
    const live = element("p", { class: "live", "aria-live": "polite" });
    // Nothing is seen before it has its styles.
    const box = element("div", { class: "box", hidden: "" }, badge, panel, live);
    styles.addEventListener("load", () => {
      box.hidden = false;
      uncover();
    });
    root.append(styles, box);
    close.addEventListener("click", () => closePanel());
    badge.addEventListener("click", () => openPanel(true));
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden && !event.defaultPrevented) closePanel();
    });
    document.documentElement.append(host);
    return { host, panel, badge, title, note, list, live };
  }

  function show(data) {
    if (data === shown) return;
    if (document.body.classList.contains("educa-waiting")) {
      // That page is a list of them itself.
      if (shown) location.reload();
      shown = data;
      return;
    }
    shown = data;
    const found = JSON.parse(data);
    parts ??= makeParts();
    const words = summary(found);
    parts.title.textContent = words;
    parts.note.textContent = found.errors
      ? "Nothing new is shown before the errors are mended. This is the last good build."
      : "The page is up to date.";
    parts.list.replaceChildren(...found.problems.map(item));
    parts.badge.textContent = words;
    parts.badge.className = found.errors ? "badge error" : "badge warning";
    parts.live.textContent = words;
    parts.panel.className = found.errors ? "error" : "warning";
    const wasOpen = !parts.panel.hidden;
    parts.badge.hidden = false;
    // Errors open the panel, unless these very ones were closed already.
    if (found.errors ? sessionStorage.getItem(closedFor) !== data : wasOpen && holdsFocus()) openPanel(false);
    else {
      parts.panel.hidden = true;
      parts.badge.hidden = false;
    }
  }

  function hide() {
    shown = "";
    sessionStorage.removeItem(closedFor);
    if (!parts) return;
    if (!parts.badge.hidden || !parts.panel.hidden) parts.live.textContent = "All mistakes are mended";
    parts.panel.hidden = true;
    parts.badge.hidden = true;
  }

  const holdsFocus = () => parts.panel.contains(parts.host.shadowRoot.activeElement);

  /** `byHand`: somebody asked for it, so that is where they want to be. What opens by itself takes no focus away. */
  function openPanel(byHand) {
    parts.panel.hidden = false;
    parts.badge.hidden = true;
    uncover();
    if (byHand) parts.title.focus();
  }

  /** What is meant may lie far to the right on a long line. */
  function uncover() {
    for (const mark of parts.list.querySelectorAll("mark")) {
      const excerpt = mark.closest("pre");
      if (mark.offsetLeft + mark.offsetWidth > excerpt.clientWidth) excerpt.scrollLeft = mark.offsetLeft - 64;
    }
  }

  function closePanel() {
    const hadFocus = holdsFocus();
    parts.panel.hidden = true;
    parts.badge.hidden = false;
    sessionStorage.setItem(closedFor, shown);
    if (hadFocus) parts.badge.focus();
  }

  function item({ path, line, column, width, severity, message, help, source: text }) {
    const place = line ? `${path}:${line}:${column}` : path;
    const made = element("li", { class: severity });
    const words = element("p", { class: "message" }, element("b", {}, severity), ` ${message}`);
    made.append(words, element("p", { class: "place" }, element("code", {}, place)));
    if (line) made.append(excerpt(line, column, width, text));
    if (help) made.append(element("p", { class: "help" }, element("b", {}, "help"), ` ${help}`));
    return made;
  }

  /** The line with what is meant underlined. Columns count characters, of which some are two units long. */
  function excerpt(line, column, width, text) {
    const letters = Array.from(text);
    const from = column - 1;
    const meant = letters.slice(from, from + width).join("") || " ";
    const rest = letters.slice(from + width).join("");
    const number = element("span", { class: "number", "aria-hidden": "true" }, String(line));
    const code = element("code", { dir: "auto" }, letters.slice(0, from).join(""), element("mark", {}, meant), rest);
    return element("pre", { tabindex: "0", role: "group", "aria-label": `Line ${line}` }, number, code);
  }

  connect();
})();
