// The search, until somebody wants it: the keys that lead to its field, and the first focus, which loads the rest. `/` is
// among the keys that readers can turn off (keys.js).

const form = document.querySelector("form[data-search]");
const results = document.querySelector("[data-search-results]");

/** A script, and with it all that it needs: one after another, each would be asked for only when the one before was there. */
async function load(script) {
  const { engine, results, shards, words } = form.dataset;
  const [loaded] = await Promise.all([script, engine, results, shards, words].map((address) => import(address)));
  return loaded;
}

if (form) {
  const field = form.elements.q;
  field.addEventListener("focus", () => load(form.dataset.box).then((box) => box.open(form)).catch(() => {}), { once: true });
  addEventListener("keydown", (event) => {
    if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
if (form && results) load(form.dataset.page).then((page) => page.open(results, form)).catch(() => {});
