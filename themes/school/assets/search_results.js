// What is shown of pages that were found, below the field and on the page of all results. Texts become text nodes and
// nothing else.

const around = 50;
const longest = 200;

/**
 * Shows what is found for one text after another. `look` is how, and differs between the field and the page:
 * `place`, filled with what `group(course, items, nth)` makes of the `item(nth)` of its results; `fill(item, result)`;
 * `drawn(total, more, items)`, where `more(n)` shows `n` others too, if there are others; `fail()`.
 */
export class Results {
  #look;
  #turn = 0;

  constructor(look) {
    this.#look = look;
  }

  /** Shows nothing, nor what is still on its way. */
  clear() {
    this.#turn++;
    this.#look.place.replaceChildren();
  }

  /** Shows the `n` best of what is found for a text, unless another was asked for in the meantime. */
  async ask(search, text, n) {
    const turn = ++this.#turn;
    try {
      const engine = await search;
      const found = await engine.find(text);
      if (turn === this.#turn) await this.#show(turn, engine, found, n);
    } catch {
      if (turn === this.#turn) this.#look.fail();
    }
  }

  /** Titles as soon as they are there; the texts, which are longer, fill in the excerpt and the heading that fits. */
  async #show(turn, search, found, n) {
    const hits = found.first(n);
    const more = found.total > n ? (others) => this.#show(turn, search, found, n + others) : null;
    let [items, isWhole] = [null, false];
    const draw = (pages) => {
      if (turn !== this.#turn) return;
      const results = pages.map((page) => result(search, page, found.wanted));
      // Where they stand already: a reader may have gone to one.
      if (items?.length === results.length) return results.forEach((one, nth) => this.#look.fill(items[nth], one));
      items = this.#draw(results);
      this.#look.drawn(found.total, more, items);
    };
    // Asked for first: what is asked for at once may have to stand in a row.
    const titles = search.titles(hits).then((pages) => isWhole || pages.length < hits.length || draw(pages));
    const pages = await search.pages(hits);
    isWhole = true;
    draw(pages);
    await titles;
  }

  #draw(results) {
    const { item, fill, group, place } = this.#look;
    const items = new Map();
    const groups = grouped(results).map(({ course, results }, nth) => {
      for (const one of results) items.set(one, item(items.size));
      return group(course, results.map((one) => items.get(one)), nth);
    });
    for (const [one, made] of items) fill(made, one);
    place.replaceChildren(...groups);
    return results.map((one) => items.get(one));
  }
}

/** The sentence that says how many pages were found. */
export const said = ({ none, one, other }, total) => (total === 0 ? none : (total === 1 ? one : other).replace("{n}", total));

/** What stands below the title of a result: its place, if it has one, and an excerpt. */
export function below(name, { place, excerpt }) {
  const parts = [element(name, { class: "search-excerpt" }, excerpt)];
  return place ? [element(name, { class: "search-place" }, place), ...parts] : parts;
}

/** The parts of a result: where it leads, its title, the heading that fits, an excerpt. */
function result(search, found, wanted) {
  const count = (text) => new Set(search.marks(text, wanted).map(([, , word]) => word)).size;
  const inTitle = count(found.title);
  const headings = found.headings.map(([id, title]) => ({ id, title, n: count(title) }));
  const heading = headings.reduce((best, one) => (one.n > (best?.n ?? inTitle) ? one : best), null);
  return {
    address: heading ? `${found.address.split("#")[0]}#${heading.id}` : found.address,
    title: marked(found.title, search.marks(found.title, wanted)),
    place: [found.module, heading?.title].filter(Boolean).join(" › "),
    excerpt: excerpt(found.text, search.marks(found.text, wanted)),
    course: found.course,
  };
}

/** Results by course, in the order of each course's best. */
function grouped(results) {
  const groups = new Map();
  for (const one of results) {
    if (!groups.has(one.course.id)) groups.set(one.course.id, { course: one.course, results: [] });
    groups.get(one.course.id).results.push(one);
  }
  return [...groups.values()];
}

/** An element with attributes and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value != null) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The language of a course's own words. */
export const speech = ({ lang, dir }) => ({ lang, dir });

function marked(text, ranges) {
  const parts = document.createDocumentFragment();
  let at = 0;
  for (const [start, end] of ranges) {
    parts.append(text.slice(at, start), element("mark", {}, text.slice(start, end)));
    at = end;
  }
  parts.append(text.slice(at));
  return parts;
}

/** The stretch with the most words that were looked for; the beginning if there are none. */
function excerpt(text, ranges) {
  let [best, most] = [0, 0];
  ranges.forEach(([start], at) => {
    const inside = ranges.slice(at, at + 20).filter(([, end]) => end <= start - around + longest);
    const n = new Set(inside.map(([, , word]) => word)).size * 100 + inside.length;
    if (n > most) [best, most] = [start, n];
  });
  const start = beginning(text, best - around);
  const end = ending(text, start + longest);
  const inside = ranges.filter(([from, to]) => from >= start && to <= end);
  const shifted = inside.map(([from, to]) => [from - start, to - start]);
  const parts = marked(text.slice(start, end), shifted);
  if (start > 0) parts.prepend("… ");
  if (end < text.length) parts.append(" …");
  return parts;
}

/** Not in the middle of a word, where words have spaces. */
function beginning(text, at) {
  if (at <= 0) return 0;
  const space = text.indexOf(" ", at);
  if (space >= 0 && space < at + 25) return space + 1;
  return isSecondHalf(text, at) ? at - 1 : at;
}

function ending(text, at) {
  if (at >= text.length) return text.length;
  const space = text.lastIndexOf(" ", at);
  if (space > at - 25) return space;
  return isSecondHalf(text, at) ? at - 1 : at;
}

function isSecondHalf(text, at) {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000;
}
