// Keys for readers: to the next lesson and the one before, to the search, and a list of them. What the list says is the
// page's <template id="keys_help">. Who speaks to their computer can turn them off, for a word would be many keys.

const off = "off";
const keys = {
  "?": help,
  "/": () => {
    const field = document.querySelector("form[data-search] input, input[type=search], a[data-search]");
    field?.focus();
    field?.select?.();
  },
  j: () => follow("a[rel=next]"),
  k: () => follow("a[rel=prev]"),
};

/** Whether the keys of this page are wanted. */
function wanted() {
  try {
    return localStorage.getItem("keys") !== off;
  } catch {
    return true;
  }
}

function follow(link) {
  document.querySelector(link)?.click();
}

function help() {
  if (!globalThis.HTMLDialogElement) return;
  const dialog = document.getElementById("keys_help").content.firstElementChild.cloneNode(true);
  const before = document.activeElement;
  const box = dialog.querySelector("input");
  box.checked = wanted();
  box.onchange = () => {
    try {
      localStorage.setItem("keys", box.checked ? "on" : off);
    } catch {
      box.checked = true;
    }
  };
  dialog.onclose = () => {
    dialog.remove();
    before?.focus();
  };
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || !wanted()) return;
  if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
  if (!Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
});

document.querySelector("[data-keys]")?.addEventListener("click", help);
