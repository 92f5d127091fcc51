// Tells a page that was built ahead of time who is reading it.
//
// The page holds links that work for everyone: [data-account] in its header and, about a course, [data-enrollment]. The
// server draws both anew for this visitor; if it does not answer, the links stay.

const bar = "/accounts/bar/";
const parts = ["[data-account]", "[data-enrollment]"];

async function update() {
  const query = new URLSearchParams();
  const course = document.querySelector("[data-enrollment]")?.dataset.enrollment;
  if (course) query.set("course", course);
  query.set("next", comeBackTo());

  const answer = await fetch(`${bar}?${query}`, {
    credentials: "same-origin",
    cache: "no-store",
    headers: { Accept: "text/html", "Accept-Language": document.documentElement.lang },
  });
  if (!answer.ok || answer.redirected) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) replace(document.querySelector(part), drawn.querySelector(part));
}

/** A form that will lead somewhere says where; the pages of an account itself are no place to come back to. */
function comeBackTo() {
  const next = document.querySelector("main input[name=next]");
  if (next) return next.value;
  return location.pathname.startsWith("/accounts/") ? "" : location.pathname + location.search;
}

/** Keeps the keyboard where it was: on the first link or button of what it stood in. */
function replace(before, after) {
  if (!before || !after) return;
  const focused = before.contains(document.activeElement);
  before.replaceWith(after);
  if (focused) after.querySelector("a, button")?.focus();
}

const quietly = () => update().catch(() => {});
// Once the page is painted: what somebody came to read goes first.
requestAnimationFrame(() => setTimeout(quietly));

// A page that comes back from the browser's memory may show somebody who has signed out since.
addEventListener("pageshow", (event) => {
  if (event.persisted) quietly();
});
