// What is shown of a page that was found. Texts become text nodes and nothing else.

const around = 50;
const longest = 200;

/** The parts of a result: where it leads, its title, the heading that fits, an excerpt. */
export function result(search, found, wanted) {
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
export function grouped(results) {
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
