// The field in the header once it has the focus: results below it while one types, which arrows walk through.
//
// A combobox with a list: the focus stays in the field, and what is chosen is told by `aria-activedescendant`. Without a
// choice, Enter sends the form, which leads to all results.

const shown = 6;

/** Makes the form of the header search by itself. */
export async function open(form) {
  const [engine, results] = await Promise.all([import(form.dataset.engine), import(form.dataset.results)]);
  const box = new Box(form, results);
  box.search = engine.start(form.dataset);
  box.search.then((search) => search.onMore(() => box.update()));
  box.search.catch(() => box.fail());
  box.update();
}

class Box {
  #form;
  #field;
  #results;
  #panel;
  #list;
  #status;
  #turn = 0;
  #chosen = -1;

  constructor(form, results) {
    [this.#form, this.#field, this.#results] = [form, form.elements.q, results];
    const { element } = results;
    this.#list = element("div", { role: "listbox", id: "search_list", "aria-label": form.dataset.label });
    this.#status = element("p", { role: "status", class: "search-status" });
    this.#panel = element("div", { class: "search-panel", hidden: "" }, this.#status, this.#list);
    form.append(this.#panel);
    const states = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "search_list" };
    for (const [name, value] of Object.entries(states)) this.#field.setAttribute(name, value);
    this.#field.addEventListener("input", () => this.update());
    this.#field.addEventListener("focus", () => this.#show(this.#options().length > 0));
    form.addEventListener("keydown", (event) => this.#key(event));
    form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || this.#show(false));
    // A click must not take the focus away before it has arrived.
    this.#panel.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Shows what is found for what stands in the field now. */
  async update() {
    const [turn, text] = [++this.#turn, this.#field.value];
    if (!text.trim()) return this.#clear();
    try {
      const search = await this.search;
      const found = await search.find(text);
      // Another letter was typed in the meantime: its results are the ones to show.
      if (turn !== this.#turn) return;
      const pages = await search.pages(found.hits.slice(0, shown));
      if (turn !== this.#turn) return;
      this.#draw(pages.map((page) => this.#results.result(search, page, found.wanted)), found.hits.length);
    } catch {
      if (turn === this.#turn) this.fail();
    }
  }

  /** Says that there is no search, as far as anybody asks for one. */
  fail() {
    this.#list.replaceChildren();
    this.#status.textContent = this.#form.dataset.failed;
    this.#show(this.#field.value !== "");
  }

  #clear() {
    this.#list.replaceChildren();
    this.#status.textContent = "";
    this.#choose(-1);
    this.#show(false);
  }

  #draw(results, total) {
    const { element, grouped, speech } = this.#results;
    let nth = 0;
    const option = ({ address, title, place, excerpt }) => {
      const parts = [element("span", { class: "search-title" }, title)];
      if (place) parts.push(element("span", { class: "search-place" }, place));
      parts.push(element("span", { class: "search-excerpt" }, excerpt));
      const states = { role: "option", id: `search_option_${nth++}`, "aria-selected": "false", tabindex: "-1" };
      return element("a", { ...states, href: address }, ...parts);
    };
    const group = ({ course, results }, at) => {
      const title = element("p", { id: `search_course_${at}`, class: "search-course", role: "presentation" }, course.title);
      return element("div", { role: "group", "aria-labelledby": title.id, ...speech(course) }, title, ...results.map(option));
    };
    this.#list.replaceChildren(...grouped(results).map(group));
    const { none, one, other } = this.#form.dataset;
    this.#status.textContent = total === 0 ? none : (total === 1 ? one : other).replace("{n}", total);
    this.#choose(-1);
    this.#show(document.activeElement === this.#field);
  }

  #options() {
    return [...this.#list.querySelectorAll("[role=option]")];
  }

  #key(event) {
    if (event.isComposing) return;
    const options = this.#options();
    const isOpen = !this.#panel.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      this.#show(true);
      // One place more than there are: in the field itself, nothing is chosen.
      const places = options.length + 1;
      this.#choose(((this.#chosen + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && isOpen && this.#chosen >= 0) {
      event.preventDefault();
      options[this.#chosen].click();
      this.#show(false);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.#show(false);
    } else if (event.key === "Escape" && this.#field.value) {
      event.preventDefault();
      this.#field.value = "";
      this.#clear();
    }
  }

  #choose(nth) {
    const options = this.#options();
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === nth)));
    this.#chosen = nth;
    if (nth < 0) return this.#field.removeAttribute("aria-activedescendant");
    this.#field.setAttribute("aria-activedescendant", options[nth].id);
    options[nth].scrollIntoView({ block: "nearest" });
  }

  #show(isOpen) {
    this.#panel.hidden = !isOpen;
    this.#field.setAttribute("aria-expanded", String(isOpen && this.#options().length > 0));
    if (!isOpen) this.#choose(-1);
  }
}
