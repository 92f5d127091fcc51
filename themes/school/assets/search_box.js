// The field in the header once it has the focus: results below it while one types, which arrows walk through.
//
// A combobox with a list: the focus stays in the field, and what is chosen is told by `aria-activedescendant`. Without a
// choice, Enter sends the form, which leads to all results.

const shown = 6;

/** Makes the form of the header search by itself. */
export async function open(form) {
  const [engine, tools] = await Promise.all([import(form.dataset.engine), import(form.dataset.results)]);
  const box = new Box(form, tools);
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
  #chosen = -1;

  constructor(form, tools) {
    const { Results, element } = tools;
    [this.#form, this.#field] = [form, form.elements.q];
    this.#list = element("div", { role: "listbox", id: "search_list", "aria-label": form.dataset.label });
    this.#status = element("p", { role: "status", class: "search-status" });
    this.#panel = element("div", { class: "search-panel", hidden: "" }, this.#status, this.#list);
    form.append(this.#panel);
    this.#results = new Results(this.#look(tools));
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
  update() {
    const text = this.#field.value;
    return text.trim() ? this.#results.ask(this.search, text, shown) : this.#clear();
  }

  /** Says that there is no search, as far as anybody asks for one. */
  fail() {
    this.#list.replaceChildren();
    this.#status.textContent = this.#form.dataset.failed;
    this.#show(this.#field.value !== "");
  }

  #clear() {
    this.#results.clear();
    this.#status.textContent = "";
    this.#choose(-1);
    this.#show(false);
  }

  #look({ below, element, said, speech }) {
    const states = { role: "option", "aria-selected": "false", tabindex: "-1" };
    return {
      place: this.#list,
      item: (nth) => element("a", { ...states, id: `search_option_${nth}` }),
      fill: (option, result) => {
        option.href = result.address;
        option.replaceChildren(element("span", { class: "search-title" }, result.title), ...below("span", result));
      },
      group: (course, options, nth) => {
        const title = element("p", { id: `search_course_${nth}`, class: "search-course", role: "presentation" }, course.title);
        return element("div", { role: "group", "aria-labelledby": title.id, ...speech(course) }, title, ...options);
      },
      drawn: (total) => {
        this.#status.textContent = said(this.#form.dataset, total);
        this.#choose(-1);
        this.#show(document.activeElement === this.#field);
      },
      fail: () => this.fail(),
    };
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
