// Shards of an index: fetched when a word can be in them, unpacked, and read as `src/site/outputs/search/shards.rs` wrote
// them.

const last = "\u{10ffff}";
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
/** No word has more bytes: `words.rs` cuts them after forty characters. */
const longest = 160;

/** The sorted words of a collection, of which only some are here. */
export class Shards {
  #folder;
  #list;
  #hasPostings;
  #loaded = new Map();

  /** `list` has the first word and the name of each. */
  constructor(folder, list, hasPostings) {
    [this.#folder, this.#list, this.#hasPostings] = [folder, list, hasPostings];
  }

  get size() {
    return this.#list.length;
  }

  /** What words there are with a beginning, as far as they are in the first `most` shards. */
  async beginning(word, most) {
    const from = this.#holding(word);
    const to = Math.min(this.#holding(word + last), from + most - 1);
    const shards = [];
    for (let at = from; at <= to; at++) shards.push(this.#load(at));
    return (await Promise.all(shards)).flatMap((bytes) => entries(bytes, word, this.#hasPostings));
  }

  /** A word with its postings, if it is there. */
  async exactly(word) {
    const found = entries(await this.#load(this.#holding(word)), word, this.#hasPostings);
    return found.find((entry) => entry.word === word);
  }

  /** The shard that has a word if any has: the last that does not begin behind it. */
  #holding(word) {
    let [low, high] = [0, this.#list.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (compare(this.#list[middle][0], word) > 0) high = middle - 1;
      else low = middle;
    }
    return low;
  }

  #load(at) {
    if (at < 0 || at >= this.#list.length) return Promise.resolve(new Uint8Array(0));
    if (!this.#loaded.has(at)) {
      const shard = fetchBytes(`${this.#folder}${this.#list[at][1]}.bin`);
      shard.catch(() => this.#loaded.delete(at));
      this.#loaded.set(at, shard);
    }
    return this.#loaded.get(at);
  }
}

/** A file, unpacked. A host may have sent it as what is packed already, and then the browser has unpacked it. */
export async function fetchBytes(address) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const unpacked = new DecompressionStream("gzip");
  // Written at once: to stream it through a Blob takes three times as long.
  const writer = unpacked.writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const [plain] = await Promise.all([new Response(unpacked.readable).arrayBuffer(), written]);
  return new Uint8Array(plain);
}

/**
 * The words of a shard that begin so. Whatever stands before them is passed over as bytes: to make texts of thousands, of
 * which a query needs few, takes longer than all the rest.
 */
function entries(bytes, beginning, hasPostings) {
  const [reader, wanted, found] = [new Numbers(bytes), encoder.encode(beginning), []];
  const word = new Uint8Array(wanted.length + longest);
  word.set(wanted);
  let same = 0;
  while (reader.at < bytes.length) {
    const [shared, more] = [reader.next(), reader.next()];
    const rest = reader.take(more);
    const postings = hasPostings ? reader.take(reader.next()) : null;
    // What follows where the word before had another byte already is no nearer to what is wanted.
    if (shared <= same) for (same = shared; same < wanted.length && rest[same - shared] === wanted[same]; ) same++;
    if (same === wanted.length) {
      word.set(rest, shared);
      found.push({ word: decoder.decode(word.subarray(0, shared + more)), postings });
    } else if (found.length) break;
  }
  return found;
}

/** Numbers of seven bits a byte, the lowest first. */
class Numbers {
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  next() {
    let [number, factor] = [0, 1];
    for (;;) {
      const byte = this.bytes[this.at++];
      number += (byte & 0x7f) * factor;
      if (byte < 0x80 || byte === undefined) return number;
      factor *= 0x80;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** Calls `each(course, page, weight)` for all that have a word. */
export function eachPage(postings, each) {
  const numbers = new Numbers(postings);
  let course = 0;
  while (numbers.at < postings.length) {
    course += numbers.next();
    let page = 0;
    for (let left = numbers.next(); left > 0; left--) {
      const posting = numbers.next();
      page += posting >>> 3;
      each(course, page, posting & 7);
    }
  }
}

/** By code points, as the index is sorted: by units, rare characters would come before others. */
function compare(one, other) {
  const length = Math.min(one.length, other.length);
  let at = 0;
  while (at < length && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  if (at === length) return one.length - other.length;
  const [a, b] = [one.charCodeAt(at), other.charCodeAt(at)];
  const isHalf = (unit) => unit >= 0xd800 && unit < 0xe000;
  return isHalf(a) === isHalf(b) ? a - b : isHalf(a) ? 1 : -1;
}

/** A word spelled backwards, as endings are. */
export const reversed = (word) => [...word].reverse().join("");

/**
 * How many letters are wrong, missing, too many or swapped with their neighbour, as far as there are no more than `most`.
 * Of a word that is still being typed, what is to come is not missing.
 */
export function distance(typed, word, most, isOpen) {
  const [n, m] = [typed.length, word.length];
  if (n - m > most || (!isOpen && m - n > most)) return Infinity;
  let [before, row] = [[], Array.from({ length: m + 1 }, (_, at) => at)];
  for (let i = 1; i <= n; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= m; j++) {
      const same = typed[i - 1] === word[j - 1];
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1]) {
        next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      least = Math.min(least, next[j]);
    }
    if (least > most) return Infinity;
    [before, row] = [row, next];
  }
  const found = isOpen ? Math.min(...row) : row[m];
  return found <= most ? found : Infinity;
}
