// Words as the index has them: `words.rs` does the same to texts, and a change here is a change there.

const run = /[\p{Alphabetic}\p{N}\p{M}]+/gu;
const noWord = /[^\p{Alphabetic}\p{N}\p{M}]/gu;
const leftOut =
  /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]/g;
const unspaced =
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
const stretch = new RegExp(`${unspaced.source}+|[^${unspaced.source.slice(1)}+`, "gu");
const alike = { ß: "ss", æ: "ae", œ: "oe", þ: "th", ø: "o", đ: "d", ð: "d", ł: "l", ı: "i", ς: "σ", ى: "ي", ی: "ي", ة: "ه", ک: "ك" };
const plain = /^[0-9A-Za-z]+$/;
const longest = 40;

/** Whether a script has no spaces between words: then two neighbouring characters are one. */
export const isUnspaced = (word) => unspaced.test(word);

/** Its characters; a text's length counts some of them twice. */
export const characters = (word) => [...word];

function fold(text) {
  // Most words of most texts: nothing is left out of them and nothing else is alike.
  if (plain.test(text)) return text.toLowerCase();
  const lower = text.normalize("NFKD").replace(leftOut, "").toLowerCase().replace(noWord, "");
  return lower.replace(/[ßæœþøđðłıςىیةک]/g, (letter) => alike[letter]).normalize("NFC");
}

function spaced(piece) {
  const rest = piece.startsWith("ال") && characters(piece).length > 4 ? piece.slice(2) : piece;
  return rest.length > longest ? characters(rest).slice(0, longest).join("") : rest;
}

/** The words of what was typed. */
export function words(text) {
  const found = [];
  for (const [piece] of text.matchAll(run)) {
    for (const [part] of fold(piece).matchAll(stretch)) found.push(...(isUnspaced(part) ? pairs(part) : [spaced(part)]));
  }
  return found;
}

/** What is looked for: all neighbours; the last character alone only if there are none. */
function pairs(part) {
  const all = characters(part);
  return all.length === 1 ? all : all.slice(1).map((character, at) => all[at] + character);
}

/** Where a text has words that are `wanted`: `[start, end, word]`, in order, without overlaps. */
export function marks(text, wanted) {
  const found = [];
  const add = (start, end, word) => {
    const last = found.at(-1);
    if (last && start < last[1]) last[1] = end;
    else found.push([start, end, word]);
  };
  for (const match of text.matchAll(run)) {
    if (plain.test(match[0])) {
      const word = match[0].slice(0, longest).toLowerCase();
      if (wanted.has(word)) add(match.index, match.index + match[0].length, word);
      continue;
    }
    for (const part of match[0].matchAll(stretch)) {
      const start = match.index + part.index;
      if (!isUnspaced(part[0])) {
        const word = spaced(fold(part[0]));
        if (wanted.has(word)) add(start, start + part[0].length, word);
      } else {
        markPairs(part[0], start, wanted, add);
      }
    }
  }
  return found;
}

function markPairs(part, start, wanted, add) {
  let [before, at] = ["", start];
  for (const character of characters(part)) {
    const folded = fold(character);
    const end = at + character.length;
    if (wanted.has(folded)) add(at, end, folded);
    if (before && wanted.has(fold(before) + folded)) add(at - before.length, end, fold(before) + folded);
    [before, at] = [character, end];
  }
}
