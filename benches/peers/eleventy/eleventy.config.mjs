// The same pages that educa makes. One walk over all files finds each page's place; templates only look it up.

const HEADINGS = new Map();

/** Every page by its address, with the pages above, below, before and after it. */
function school(api) {
  const pages = new Map();
  for (const { url, data, page } of api.getAll()) {
    pages.set(url, { url, data, title: data.title, file: page.inputPath, children: [] });
  }
  for (const entry of pages.values()) {
    entry.parent = pages.get(entry.url.replace(/[^/]+\/$/, ""));
    if (entry.parent !== entry) entry.parent.children.push(entry);
  }
  const byOrder = (left, right) => left.data.order - right.data.order;
  for (const entry of pages.values()) entry.children.sort(byOrder);
  for (const entry of pages.values()) {
    if (entry.data.kind !== "course") continue;
    chain(entry.children.flatMap((module) => [module, ...module.children]));
  }
  return pages;
}

/** Tells each page of a list which one stands before and after it. */
function chain(pages) {
  pages.forEach((entry, index) => {
    entry.previous = pages[index - 1];
    entry.next = pages[index + 1];
  });
}

/** Gives headings an id and keeps them for the list of contents. */
function headings(markdown) {
  markdown.core.ruler.push("headings", (state) => {
    const found = [];
    state.tokens.forEach((token, index) => {
      if (token.type !== "heading_open") return;
      const title = state.tokens[index + 1].content;
      const id = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
      token.attrSet("id", id);
      found.push({ id, title, level: Number(token.tag.slice(1)) });
    });
    if (state.env.page) HEADINGS.set(state.env.page.inputPath, found);
  });
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

export default async function (config) {
  if (process.env.HIGHLIGHT === "1") config.addPlugin((await import("@11ty/eleventy-plugin-syntaxhighlight")).default);
  config.amendLibrary("md", (markdown) => markdown.use(headings));
  config.addCollection("school", school);
  config.addFilter("headings", (file) => HEADINGS.get(file));
  config.addFilter("day", (date) => DAY.format(date));
  config.addPassthroughCopy("assets");
  return { dir: { input: "content", includes: "../_includes", data: "../_data", output: "_site" }, markdownTemplateEngine: false };
}
