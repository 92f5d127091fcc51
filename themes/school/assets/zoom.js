// Pictures that open large: each becomes a button, and a dialog shows it as wide as the window or, pressed once more,
// two and a half times as wide. The words stand in the script's element. Links around pictures stay links.

const { enlarge, nearer, close } = document.currentScript.dataset;
const smallest = 160;

// Browsers without dialogs leave pictures as they are.
const pictures = globalThis.HTMLDialogElement ? document.querySelectorAll("main :is(.picture, .prose) img") : [];
for (const picture of pictures) {
  if (picture.closest("a") || Number(picture.getAttribute("width") ?? smallest) < smallest) continue;
  const button = element("button", "zoom", `${enlarge}: ${picture.alt}`);
  const whole = picture.closest("picture") ?? picture;
  whole.replaceWith(button);
  button.append(whole);
  button.onclick = () => show(picture, button);
}

function element(name, className, label) {
  const made = document.createElement(name);
  if (name === "button") made.type = "button";
  made.className = className;
  if (label) made.setAttribute("aria-label", label);
  return made;
}

function show({ src, alt }, opener) {
  const dialog = element("dialog", "zoomed", alt);
  const end = element("button", "button");
  end.textContent = close;
  end.onclick = () => dialog.close();
  const toggle = element("button", "nearer", nearer);
  toggle.setAttribute("aria-pressed", "false");
  toggle.onclick = () => toggle.setAttribute("aria-pressed", String(toggle.getAttribute("aria-pressed") === "false"));
  const large = element("img", "");
  Object.assign(large, { src, alt });
  toggle.append(large);
  dialog.append(end, toggle);
  // What is around the picture is the dialog itself.
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.onclose = () => {
    dialog.remove();
    opener.focus();
  };
  document.body.append(dialog);
  dialog.showModal();
}
