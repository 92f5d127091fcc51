// The search, until somebody wants it: the keys that lead to its field, and the first focus, which loads the rest. `/` is
// among the keys that readers can turn off (keys.js).

const form = document.querySelector("form[data-search]");
const results = document.querySelector("[data-search-results]");

let loaded;
const load = () => (loaded ??= import(form.dataset.box).then((box) => box.open(form)));

if (form) {
  const field = form.elements.q;
  field.addEventListener("focus", () => load().catch(() => {}), { once: true });
  addEventListener("keydown", (event) => {
    if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
if (form && results) import(form.dataset.page).then((page) => page.open(results, form)).catch(() => {});
