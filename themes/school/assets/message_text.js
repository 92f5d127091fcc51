// What was said, as nodes: links, code, bold and italic, and everything else as text. The rules are those by which the
// server draws messages: line by line, from left to right, nothing is looked at twice.

const address = /^https?:\/\/(?=[\p{L}\p{N}])[^\s\p{Cc}<>"`\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/iu;
const word = /[\p{Alphabetic}\p{N}]/u;
const brackets = { ")": "(", "]": "[", "}": "{" };

/** The nodes of a text. */
export function nodes(text) {
  return text.split("\n").flatMap((line, nth) => [...(nth ? ["\n"] : []), ...built(read(line))]);
}

/** Texts, elements, and marks: what asterisks are for, as far as that is known. */
function read(line) {
  const pieces = [];
  const open = [];
  let plain = 0;
  let at = 0;
  const upTo = (end) => end > plain && pieces.push(line.slice(plain, end));
  const special = /[`*h]/gi;
  for (let found; (special.lastIndex = at), (found = special.exec(line)); ) {
    at = found.index;
    const rest = line.slice(at, at + 2100);
    const before = [...line.slice(Math.max(0, at - 2), at)].pop();
    let length = 1;
    if (found[0] === "*") {
      length = rest.match(/^\*+/)[0].length;
      const after = [...rest.slice(length, length + 2)][0];
      const opens = after && !/\s/.test(after) && !word.test(before ?? "");
      const closes = before && !/\s/.test(before) && !word.test(after ?? "");
      const inItalic = open.at(-1)?.tag === "em";
      const tags = [, ["em"], ["strong"], inItalic ? ["em", "strong"] : ["strong", "em"]][length];
      if (tags) {
        upTo(at);
        plain = at + length;
        for (const tag of tags) pieces.push(mark(tag, opens, closes, open));
      }
    } else {
      const element = found[0] === "`" ? code(rest) : !word.test(before ?? "") && link(rest);
      if (element) {
        length = element.textContent.length + (element.localName === "code" ? 2 : 0);
        upTo(at);
        pieces.push(element);
        plain = at + length;
      }
    }
    at += length;
  }
  upTo(line.length);
  return pieces;
}

function mark(tag, opens, closes, open) {
  const here = { tag };
  const depth = open.findIndex((one) => one.tag === tag);
  if (depth >= 0 && closes) {
    open[depth].role = "opens";
    here.role = "closes";
    // What was opened inside and not closed there is nothing.
    open.length = depth;
  } else if (depth < 0 && opens) open.push(here);
  return here;
}

function code(text) {
  const end = text.indexOf("`", 1);
  return end > 1 && made("code", text.slice(1, end));
}

function link(text) {
  let found = text.match(address)?.[0];
  if (!found) return null;
  const count = (character) => found.split(character).length - 1;
  for (let last; (last = found.match(/[.,;:!?'*…’”»。、，)\]}]$/u)?.[0]); found = found.slice(0, -1)) {
    if (brackets[last] && count(last) <= count(brackets[last])) break;
  }
  const element = made("a", found);
  element.href = found;
  element.rel = "nofollow noopener ugc";
  return element;
}

/** Puts what stands between two marks into an element. */
function built(pieces) {
  const stack = [[]];
  for (const piece of pieces) {
    if (piece.role === "closes") {
      const inside = stack.pop();
      const element = document.createElement(piece.tag);
      element.append(...inside);
      stack.at(-1).push(element);
    } else if (piece.role === "opens") stack.push([]);
    else stack.at(-1).push(piece.tag ? { em: "*", strong: "**" }[piece.tag] : piece);
  }
  return stack[0];
}

function made(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
