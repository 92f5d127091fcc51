// The search engine: which pages have what was typed. How its files are made is in `src/site/outputs/search/`.
//
// A collection is what one kind of reader may read: everyone, or the enrolled of a course. Of its words only those shards
// are fetched in which those of a query can be, and of its pages those titles and blocks that are shown.

/** How much a word matters by where it stands: in the text (once to often), in a heading, in the title. */
const weights = [1, 1.5, 2, 2.4, 3, 3.6, 6, 7];
/** How many shards a beginning may ask for: of one or two letters there are more. */
const mostShards = 3;
/** How many longer words a beginning stands for, and how many others a slip. */
const mostLonger = 40;
const mostSimilar = 6;
/** Who finds fewer pages may have slipped. */
const few = 3;
const shortestWithSlips = 4;
const mostWords = 12;
const pagesInBlock = 8;
/** More than the scores of all words of a query. */
const aWord = 1e6;
/** How many hits are looked at before the worst of them are dropped. */
const atOnce = 200;
/** No course has as many pages. */
const pagesInCourse = 2 ** 24;

let started;

/** The search of this page, whoever asks for it first. */
export const start = (scripts) => (started ??= open(scripts));

async function open({ words, shards }) {
  const tools = Object.assign({}, ...(await Promise.all([import(words), import(shards)])));
  const search = new Search(tools);
  await search.begin();
  // The first query of a page takes its time to compile what it runs; one whose answer nobody waits for takes it before.
  setTimeout(() => search.rehearse().catch(() => {}));
  return search;
}

class Search {
  #tools;
  #collections = [];
  #listeners = [];

  constructor(tools) {
    this.#tools = tools;
  }

  /** What is public, and what is for this reader as soon as the header says who that is. */
  async begin() {
    this.#collections = [await this.#collection("/search/index.json", "/search/all/", (course) => `/search/${course}/`)];
    const header = document.querySelector("nav.account");
    if (isSignedIn()) return this.#join();
    new MutationObserver((_, observer) => {
      if (!isSignedIn()) return;
      observer.disconnect();
      this.#join().then(() => this.#listeners.forEach((listener) => listener()));
    }).observe(header ?? document.body, { childList: true, subtree: true });
  }

  /** Looks for a word that is in a shard for sure, and for what is shown of its pages. */
  async rehearse() {
    const word = this.#collections[0].firstWord;
    if (word) await this.titles((await this.find(`${word} `)).first(1));
  }

  /** Calls when more can be found than before. */
  onMore(listener) {
    this.#listeners.push(listener);
  }

  /** Adds what is for the enrolled; whatever is refused, or is not there, is left out. */
  async #join() {
    const answer = await fetch("/api/me/courses/", { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const seats = (await answer.json()).filter((seat) => seat.state === "enrolled");
    const folder = (seat) => `/search/${seat.id}-enrolled/`;
    const collection = (seat) => this.#collection(`/search/${seat.id}-enrolled.json`, folder(seat), () => folder(seat));
    const found = await Promise.allSettled(seats.map(collection));
    this.#collections.push(...found.filter(({ status }) => status === "fulfilled").map(({ value }) => value));
  }

  async #collection(address, shards, folder) {
    const index = JSON.parse(new TextDecoder().decode(await this.#tools.fetchBytes(address)));
    return new Collection(this.#tools, index, shards, folder);
  }

  /** The pages that have all words of a text, or else most of them: how many, and the first of them, the best first. */
  async find(text) {
    const typed = [...new Set(this.#tools.words(text))].slice(0, mostWords);
    const isOpen = (at) => at === typed.length - 1 && !/\s$/u.test(text);
    const wanted = new Set();
    const look = async (collection) => {
      const found = await Promise.all(typed.map((word, at) => collection.word(word, isOpen(at))));
      found.flatMap((one) => one.words).forEach((word) => wanted.add(word));
      return { collection, ranks: together(found.map((one) => one.pages)) };
    };
    // What is refused in the meantime is not found any more, and nothing else is lost.
    const all = await Promise.allSettled(this.#collections.map(look));
    if (all[0]?.status === "rejected") throw all[0].reason;
    const some = all.flatMap(({ value }) => value ?? []);
    let best = 0;
    for (const { ranks } of some) for (const rank of ranks.values()) if (rank > best) best = rank;
    const least = best - (best % aWord);
    let total = 0;
    for (const { ranks } of some) for (const rank of ranks.values()) if (rank >= least) total++;
    return { total, wanted, first: (n) => first(some, least, n) };
  }

  /** What is shown of some hits; those whose page is not there any more are left out. */
  pages(hits) {
    return known(hits, (hit) => hit.collection.page(hit.page));
  }

  /** The titles of some hits. */
  titles(hits) {
    return known(hits, (hit) => hit.collection.title(hit.page));
  }

  /** See `search_words.js`. */
  marks(text, wanted) {
    return this.#tools.marks(text, wanted);
  }
}

const isSignedIn = () => document.querySelector("nav.account .who") != null;

async function known(hits, part) {
  const found = await Promise.allSettled(hits.map(part));
  return found.filter(({ status, value }) => status === "fulfilled" && value).map(({ value }) => value);
}

/** The rank of each page: how many of the words it has, and by how much it is better than others that have as many. */
function together(found) {
  const ranks = new Map();
  for (const pages of found) for (const [page, score] of pages) ranks.set(page, (ranks.get(page) ?? 0) + aWord + score);
  return ranks;
}

/** The `n` best hits, in order. To sort all takes longer than to find them: a frequent word is on every page. */
function first(some, least, n) {
  const before = (a, b) => b.rank - a.rank || a.page - b.page;
  const best = [];
  for (const { collection, ranks } of some) {
    for (const [page, rank] of ranks) {
      if (rank < least) continue;
      best.push({ collection, page, rank });
      if (best.length < n + atOnce) continue;
      best.sort(before).length = n;
      least = best[n - 1].rank;
    }
  }
  return best.sort(before).slice(0, n);
}

class Collection {
  #tools;
  #nPages;
  #words;
  #endings;
  #folder;
  #loaded = new Map();

  constructor(tools, index, shards, folder) {
    [this.#tools, this.#nPages, this.#folder] = [tools, index.pages, folder];
    this.firstWord = index.words[0]?.[0];
    this.#words = new tools.Shards(shards, index.words, true);
    this.#endings = new tools.Shards(shards, index.endings, false);
  }

  /** The first of its words. */
  firstWord;

  /** The pages with a word, with its beginning, or, where these are few, with one that is like it. */
  async word(word, isOpen) {
    const found = new Map();
    const words = [];
    const add = ({ word, postings }, quality) => {
      words.push(word);
      this.#score(postings, quality, found);
    };
    const isPair = this.#tools.isUnspaced(word) && word.length > 1;
    const longer = isPair || word.length < 2 ? [] : await this.#words.beginning(word, mostShards);
    const exact = longer.find((entry) => entry.word === word) ?? (await this.#words.exactly(word));
    if (exact) add(exact, 1);
    const single = this.#tools.isUnspaced(word) && !isPair ? await this.#words.beginning(word, 1) : longer;
    const others = single.filter((entry) => entry.word !== word).sort((a, b) => a.word.length - b.word.length);
    for (const entry of others.slice(0, mostLonger)) add(entry, 0.3 + (0.5 * word.length) / entry.word.length);
    if (found.size < few && word.length >= shortestWithSlips && !this.#tools.isUnspaced(word)) {
      const known = new Set(words);
      for (const { entry, quality } of await this.#similar(word, isOpen, known)) add(entry, quality);
    }
    return { pages: found, words };
  }

  /** Gives each page with a word its score, unless it has a better one. */
  #score(postings, quality, found) {
    let n = 0;
    this.#tools.eachPage(postings, () => n++);
    const rarity = Math.log(1 + this.#nPages / (n + 0.5));
    this.#tools.eachPage(postings, (course, page, weight) => {
      const [key, score] = [course * pagesInCourse + page, quality * rarity * weights[weight]];
      if (score > (found.get(key) ?? 0)) found.set(key, score);
    });
  }

  /**
   * Words that were perhaps meant: with a slip, of which either the first or the last letters are right, or compounds that
   * end with it.
   */
  async #similar(word, isOpen, known) {
    const { reversed, distance } = this.#tools;
    const most = word.length < 8 ? 1 : 2;
    const backwards = reversed(word);
    const [starts, ends] = await Promise.all([
      this.#words.beginning(this.#words.size < 2 ? "" : word.slice(0, 3), 2),
      this.#endings.size ? this.#endings.beginning(backwards.slice(0, 3), 2) : [],
    ]);
    const candidates = new Map(starts.map((entry) => [entry.word, entry]));
    for (const { word: ending } of ends) {
      const whole = reversed(ending);
      if (!candidates.has(whole)) candidates.set(whole, null);
    }
    const near = [];
    for (const [whole, entry] of candidates) {
      if (known.has(whole)) continue;
      const slips = distance(word, whole, most, isOpen);
      if (slips <= most) near.push({ whole, entry, quality: 0.6 / (slips + 1), slips });
      else if (whole.endsWith(word)) near.push({ whole, entry, quality: 0.5, slips: 0.5 });
    }
    near.sort((a, b) => a.slips - b.slips || a.whole.length - b.whole.length || (a.whole < b.whole ? -1 : 1));
    const best = near.slice(0, mostSimilar);
    const entries = await Promise.all(best.map(({ whole, entry }) => entry ?? this.#words.exactly(whole)));
    return best.map(({ quality }, at) => ({ entry: entries[at], quality })).filter(({ entry }) => entry);
  }

  /** Title and place of a page, without texts: they are in a small file of the whole course, which is mostly here already. */
  async title(key) {
    const [course, page] = placed(key);
    const { course: shown, pages } = await this.#json(`${this.#folder(course)}titles.bin`);
    const [address, title, module] = pages[page] ?? [];
    return address && { address, title, module, course: shown, headings: [], text: "" };
  }

  /** Title, text and place of a page. */
  async page(key) {
    const [course, page] = placed(key);
    const block = await this.#json(`${this.#folder(course)}${Math.floor(page / pagesInBlock)}.bin`);
    const found = block.pages[page % pagesInBlock];
    return found && { ...found, course: block.course };
  }

  #json(address) {
    if (!this.#loaded.has(address)) {
      const loaded = this.#tools.fetchBytes(address).then((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
      loaded.catch(() => this.#loaded.delete(address));
      this.#loaded.set(address, loaded);
    }
    return this.#loaded.get(address);
  }
}

const placed = (key) => [Math.floor(key / pagesInCourse), key % pagesInCourse];
