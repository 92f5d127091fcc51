// Says in the list "on this page" where its reader is.

const links = new Map();
for (const link of document.querySelectorAll(".toc a")) {
  const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (place) links.set(place, link);
}

let waiting = false;

/** The last place whose beginning has passed the upper third; above the first one, none. */
function mark() {
  waiting = false;
  let here;
  for (const place of links.keys()) {
    if (place.getBoundingClientRect().top < innerHeight / 3) here = place;
  }
  // At the very end no further place can come up.
  if (innerHeight + scrollY >= document.documentElement.scrollHeight - 2 && scrollY > 0) here = [...links.keys()].pop();
  for (const [place, link] of links) {
    if (place === here) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
}

addEventListener("scroll", () => {
  if (!waiting) requestAnimationFrame(mark);
  waiting = true;
}, { passive: true });
mark();
