// Light, dark, or what the system says: as its reader chose on this device.
//
// Pages themselves set what was chosen before anything is painted (templates/base.html), so that none flashes in the other
// look and none waits for this. Style sheets read `data-theme` of the root, which is missing while the system decides.

{
  const root = document.documentElement;
  const looks = ["auto", "light", "dark"];

  const kept = () => {
    try {
      return localStorage.getItem("appearance");
    } catch {
      return null;
    }
  };
  const keep = (look) => {
    try {
      localStorage.setItem("appearance", look);
    } catch {
      // Where nothing may be kept, it holds for this page.
    }
  };

  /** The look of the root, and the word for it on each button. */
  const show = (look) => {
    if (look === "light" || look === "dark") root.dataset.theme = look;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-look]")) {
      button.dataset.look = root.dataset.theme ?? "auto";
      for (const name of ["title", "aria-label"]) button.setAttribute(name, button.dataset[button.dataset.look]);
    }
  };

  show(kept());
  document.addEventListener("DOMContentLoaded", () => show(root.dataset.theme));
  addEventListener("storage", (event) => event.key === "appearance" && show(event.newValue));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-look]");
    if (!button) return;
    const look = looks[(looks.indexOf(button.dataset.look) + 1) % looks.length];
    keep(look);
    show(look);
  });
}
