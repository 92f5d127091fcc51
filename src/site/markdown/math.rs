//! Formulas: TeX into MathML, at build time, so that pages need neither script nor font.
//!
//! math-core does the work. Around it stand: bounds, because it recurses and TeX nests; a few commands that courses use
//! and it lacks; and classes in place of its inline styles, which our Content-Security-Policy forbids. Equations have no
//! numbers or labels of their own: a number that begins anew at each formula would lead nowhere.

use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// The longest formula, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// How deep groups, environments, and commands that take the next one may nest.
const MAX_DEPTH: usize = 60;

/// A display formula with fewer characters than this fits a phone and needs no focus to be scrolled.
const SHORT: usize = 26;

/// Written with what math-core knows.
const MACROS: [(&str, &str); 5] = [
    ("substack", r"\begin{subarray}{c}#1\end{subarray}"),
    ("boxed", r"\begin{array}{|c|}\hline #1 \\ \hline\end{array}"),
    ("widetilde", r"\overset{\sim}{#1}"),
    ("smash", r"#1"),
    ("mathstrut", r"\vphantom{(}"),
];

/// Names for what it knows under another one. Numbered environments become those without numbers.
const NAMES: [(&str, &str); 12] = [
    (r"{align}", r"{align*}"),
    (r"{equation}", r"{equation*}"),
    (r"{gather}", r"{gather*}"),
    (r"{multline}", r"{gather*}"),
    (r"{multline*}", r"{gather*}"),
    (r"{split}", r"{aligned}"),
    (r"\begin{smallmatrix}", r"{\scriptstyle\begin{matrix}"),
    (r"\end{smallmatrix}", r"\end{matrix}}"),
    (r"\end{alignedat}", r"\end{aligned}"),
    (r"\begin{alignedat}{1}", r"\begin{aligned}"),
    (r"\begin{alignedat}{2}", r"\begin{aligned}"),
    (r"\begin{alignedat}{3}", r"\begin{aligned}"),
];

/// What math-core writes as a style, and the class of the style sheet for it.
const CLASSES: [(&str, &str); 21] = [
    ("text-align:left", "m-start"),
    ("text-align:right", "m-end"),
    ("padding-left:0", "m-l0"),
    ("padding-right:0", "m-r0"),
    ("padding-left:1em", "m-l1"),
    ("padding-left:0.1em", "m-l01"),
    ("padding-right:0.1em", "m-r01"),
    ("padding-top:0", "m-t0"),
    ("padding-bottom:0", "m-b0"),
    ("border-left:0.05em solid currentcolor", "m-bl"),
    ("border-left:0.05em dashed currentcolor", "m-bl m-dash"),
    ("border-right:0.05em solid currentcolor", "m-br"),
    ("border-right:0.05em dashed currentcolor", "m-br m-dash"),
    ("border-top:0.05em solid currentcolor", "m-bt"),
    ("border-top:0.05em dashed currentcolor", "m-bt m-dash"),
    ("width:100%", "m-w100"),
    ("width:50%", "m-w50"),
    ("width:7.5%", "m-w7"),
    ("font-variant-caps:small-caps", "m-caps"),
    ("padding-right:0.2778em", "m-r3"),
    ("padding-left:0.2778em", "m-l3"),
];

static CONVERTER: LazyLock<LatexToMathML> = LazyLock::new(|| {
    let macros = MACROS.map(|(name, meaning)| (name.to_owned(), meaning.to_owned())).into();
    LatexToMathML::new(MathCoreConfig { macros, ..MathCoreConfig::default() }).expect("the macros are sound")
});

/// The MathML of a formula, or what is wrong with it, in one sentence without a full stop.
pub fn mathml(tex: &str, display: bool) -> Result<String, String> {
    if tex.len() > MAX_BYTES {
        return Err(format!("it is longer than {} kB", MAX_BYTES / 1024));
    }
    if depth(tex) > MAX_DEPTH {
        return Err(format!("it nests deeper than {MAX_DEPTH} levels"));
    }
    for numbered in [r"\label", r"\ref", r"\eqref"] {
        if tex.contains(numbered) {
            return Err(format!("`{numbered}` is of no use here: formulas have no numbers. \\tag{{1}} writes one"));
        }
    }
    let tex = known_names(tex);
    let mode = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let result = CONVERTER.convert_with_local_state(&tex, mode).map_err(|error| {
        let message = error.error_message();
        message.trim_end_matches('.').replace('"', "`").replace(r"`\\", r"`\")
    })?;
    let mathml = without_styles(&result.mathml);
    if !display {
        return Ok(mathml);
    }
    // A long one scrolls in its own box on a phone; the box takes focus so that keys can scroll it.
    let focus = if n_characters(&mathml) < SHORT { "" } else { " tabindex=\"0\"" };
    Ok(format!("<span class=\"formula\"{focus}>{mathml}</span>"))
}

fn known_names(tex: &str) -> String {
    let mut tex = tex.to_owned();
    if tex.contains('{') {
        for (name, known) in NAMES {
            if tex.contains(name) {
                tex = tex.replace(name, known);
            }
        }
        // \textcolor{blue}{x} is {\color{blue} x}
        while let Some(at) = tex.find(r"\textcolor{") {
            let name = at + r"\textcolor{".len();
            let Some(middle) = tex[name..].find("}{").map(|end| name + end) else { break };
            tex = format!(r"{}{{\color{{{}}} {}", &tex[..at], &tex[name..middle], &tex[middle + 2..]);
        }
    }
    tex
}

/// At least how deep a parser that recurses will go. Commands one after the other count too: each may be what the one
/// before takes (`\hat\hat\hat x`).
fn depth(tex: &str) -> usize {
    let mut open: Vec<usize> = Vec::new();
    let (mut below, mut run, mut deepest) = (0, 0, 0);
    let mut rest = tex;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        let (mut opens, mut closes) = (c == '{', c == '}');
        if c == '\\' {
            let name = rest[1..].find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len() - 1);
            taken = 1 + name.max(rest[1..].chars().next().map_or(0, char::len_utf8));
            opens = matches!(&rest[..taken], r"\left" | r"\begin");
            closes = matches!(&rest[..taken], r"\right" | r"\end");
            run += 1;
        } else if matches!(c, '^' | '_') {
            run += 1;
        } else if !c.is_whitespace() && !opens && !closes {
            run = 0;
        }
        if opens {
            open.push(run);
            below += run + 1;
            run = 0;
        } else if closes {
            run = open.pop().unwrap_or(0);
            below = below.saturating_sub(run + 1);
            run = 0;
        }
        deepest = deepest.max(below + run);
        rest = &rest[taken..];
    }
    deepest
}

/// The same MathML with classes and attributes where it had styles. Only inside tags: text may say `style=` too.
fn without_styles(mathml: &str) -> String {
    let mut out = String::with_capacity(mathml.len());
    for part in mathml.split_inclusive('>') {
        let tag_at = part.find('<').unwrap_or(part.len());
        let (text, tag) = part.split_at(tag_at);
        out.push_str(text);
        match tag.split_once(" style=\"").and_then(|(before, after)| Some((before, after.split_once('"')?))) {
            Some((before, (style, after))) => {
                out.push_str(before);
                out.push_str(&attributes(style));
                out.push_str(after);
            }
            None => out.push_str(tag),
        }
    }
    out
}

fn attributes(style: &str) -> String {
    let mut classes = Vec::new();
    let mut attributes = String::new();
    for declaration in style.split(';') {
        let declaration = declaration.trim().replace(": ", ":");
        if let Some(colour) = declaration.strip_prefix("color:") {
            attributes.push_str(&format!(" mathcolor=\"{colour}\""));
        } else if let Some(size) = declaration.strip_prefix("font-size:") {
            attributes.push_str(&format!(" mathsize=\"{size}\""));
        } else if declaration.starts_with("margin-left:-") {
            classes.push("m-back");
        } else if let Some((_, class)) = CLASSES.iter().find(|(known, _)| *known == declaration) {
            classes.push(class);
        }
    }
    if !classes.is_empty() {
        attributes.push_str(&format!(" class=\"{}\"", classes.join(" ")));
    }
    attributes
}

/// Characters outside tags.
fn n_characters(mathml: &str) -> usize {
    mathml.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.chars().count()).sum()
}

#[cfg(test)]
#[path = "math_tests.rs"]
mod tests;
