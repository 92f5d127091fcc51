// The page of all results: its address says what was searched.

const shown = 20;

/** Shows the results of what the address asks, and of what is typed into the page's own field. */
export async function open(place, { dataset }) {
  const own = document.querySelector("main form[role=search]");
  const field = own.elements.q;
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  const status = document.querySelector("[data-search-status]");
  const [engine, results] = await Promise.all([import(dataset.engine), import(dataset.results)]);
  const page = new Page({ place, status, dataset, results, courses: document.querySelector("[data-search-courses]") });
  const ask = () => page.ask(field.value).catch(() => (status.textContent = dataset.failed));
  page.search = engine.start(dataset);
  page.search.then((search) => search.onMore(ask)).catch(() => {});
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

class Page {
  #turn = 0;

  constructor(parts) {
    Object.assign(this, parts);
  }

  async ask(text) {
    const turn = ++this.#turn;
    if (!text.trim()) return this.#draw([], 0, false);
    const search = await this.search;
    const found = await search.find(text);
    await this.#more(search, found, shown, turn);
  }

  async #more(search, found, n, turn) {
    const pages = await search.pages(found.hits.slice(0, n));
    if (turn !== this.#turn) return;
    this.#draw(pages.map((page) => this.results.result(search, page, found.wanted)), found.hits.length, true);
    if (found.hits.length <= n) return;
    const button = this.results.element("button", { type: "button", class: "button quiet" }, this.dataset.more);
    button.addEventListener("click", async () => {
      await this.#more(search, found, n + shown, turn);
      // The reader goes on where the new ones begin.
      this.place.querySelectorAll("li a")[pages.length]?.focus();
    });
    this.place.append(button);
  }

  #draw(results, total, isAsked) {
    const { element, grouped, speech } = this.results;
    const item = ({ address, title, place, excerpt }) => {
      const parts = [element("h3", {}, element("a", { href: address }, title))];
      if (place) parts.push(element("p", { class: "search-place" }, place));
      return element("li", {}, ...parts, element("p", { class: "search-excerpt" }, excerpt));
    };
    const group = ({ course, results }) => {
      const title = element("h2", {}, element("a", { href: course.address }, course.title));
      return element("section", speech(course), title, element("ol", { class: "search-results" }, ...results.map(item)));
    };
    this.place.replaceChildren(...grouped(results).map(group));
    const { none, one, other } = this.dataset;
    this.status.textContent = isAsked ? (total === 0 ? none : (total === 1 ? one : other).replace("{n}", total)) : "";
    this.courses.hidden = isAsked && total > 0;
  }
}
