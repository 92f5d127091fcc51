// The page of all results: its address says what was searched.

const step = 20;

/** Shows the results of what the address asks, and of what is typed into the page's own field. */
export async function open(place, { dataset }) {
  const own = document.querySelector("main form[role=search]");
  const field = own.elements.q;
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  const [engine, tools] = await Promise.all([import(dataset.engine), import(dataset.results)]);
  const search = engine.start(dataset);
  const page = look(place, dataset, tools);
  const results = new tools.Results(page);
  const ask = () => (field.value.trim() ? results.ask(search, field.value, step) : (results.clear(), page.idle()));
  search.then((search) => search.onMore(ask)).catch(() => {});
  own.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  field.addEventListener("input", () => {
    const query = new URLSearchParams({ q: field.value });
    history.replaceState(null, "", field.value ? `?${query}` : location.pathname);
    ask();
  });
  ask();
}

function look(place, dataset, { below, element, said, speech }) {
  const status = document.querySelector("[data-search-status]");
  const courses = document.querySelector("[data-search-courses]");
  const drawn = (total, more, items) => {
    status.textContent = said(dataset, total);
    courses.hidden = total > 0;
    if (!more) return;
    const button = element("button", { type: "button", class: "button quiet" }, dataset.more);
    button.addEventListener("click", async () => {
      await more(step);
      // The reader goes on where the new ones begin.
      place.querySelectorAll("li a")[items.length]?.focus();
    });
    place.append(button);
  };
  return {
    place,
    item: () => element("li", {}, element("h3", {}, element("a"))),
    fill: (item, result) => {
      const title = item.querySelector("a");
      title.href = result.address;
      title.replaceChildren(result.title);
      // The title stays where it is: taken out and put back, it would lose the focus.
      while (item.children.length > 1) item.lastChild.remove();
      item.append(...below("p", result));
    },
    group: (course, items) => {
      const title = element("h2", {}, element("a", { href: course.address }, course.title));
      return element("section", speech(course), title, element("ol", { class: "search-results" }, ...items));
    },
    drawn,
    fail: () => (status.textContent = dataset.failed),
    idle: () => {
      status.textContent = "";
      courses.hidden = false;
    },
  };
}
