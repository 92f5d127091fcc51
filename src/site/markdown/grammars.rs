//! The grammars of code: what each finds in a text, in the words of arborium's palette.
//!
//! This goes to tree-sitter itself rather than through `arborium::Highlighter`, which makes a string for each thing it
//! finds and looks it up in the palette several times. Here a query's names are looked up once, when it is compiled.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use arborium::tree_sitter::{self as ts, StreamingIterator as _};
use arborium_theme::tag_for_capture;

use super::languages::{Language, language};

/// A stretch of a text that a grammar names. Stretches overlap, and two may be of the same bytes.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Its first byte.
    pub start: u32,
    /// The byte behind it.
    pub end: u32,
    /// Where the pattern that found it stands in the query: of two for the same bytes, the later one holds.
    pub pattern: u32,
    /// What it is.
    pub tag: &'static str,
}

/// How deep texts in other languages may nest: a script in a page in a template literal.
const MAX_DEPTH: usize = 2;

/// A grammar and its queries, ready for all threads.
struct Grammar {
    language: ts::Language,
    highlights: ts::Query,
    /// The tag of each of the query's captures; nothing for what the palette does not know.
    tags: Vec<Option<&'static str>>,
    /// Where texts in other languages stand.
    injections: Option<ts::Query>,
}

/// A text in another language.
struct Injection {
    start: usize,
    end: usize,
    language: String,
}

/// What a thread parses with.
pub struct Reader {
    parser: ts::Parser,
    cursor: ts::QueryCursor,
}

impl Default for Reader {
    fn default() -> Self {
        Self { parser: ts::Parser::new(), cursor: ts::QueryCursor::new() }
    }
}

impl Reader {
    /// All that the grammar of this name finds in a text, and what other grammars find in the parts that are theirs.
    pub fn spans(&mut self, name: &str, text: &str) -> Vec<Span> {
        let mut spans = Vec::with_capacity(text.len() / 4);
        if let Some(grammar) = grammar(name) {
            self.add(grammar, text, 0, MAX_DEPTH, &mut spans);
        }
        spans
    }

    fn add(&mut self, grammar: &Grammar, text: &str, offset: usize, depth: usize, spans: &mut Vec<Span>) {
        if self.parser.set_language(&grammar.language).is_err() {
            return;
        }
        let Some(tree) = self.parser.parse(text, None) else { return };
        let mut matches = self.cursor.matches(&grammar.highlights, tree.root_node(), text.as_bytes());
        while let Some(found) = matches.next() {
            for capture in found.captures {
                let Some(tag) = grammar.tags[capture.index as usize] else { continue };
                let (start, end) = (capture.node.start_byte() + offset, capture.node.end_byte() + offset);
                spans.push(Span { start: start as u32, end: end as u32, pattern: found.pattern_index as u32, tag });
            }
        }
        if depth == 0 {
            return;
        }
        for Injection { start, end, language } in self.injections(grammar, &tree, text) {
            if let (Some(inner), Some(grammar)) = (text.get(start..end), grammar_of(&language)) {
                self.add(grammar, inner, offset + start, depth - 1, spans);
            }
        }
    }

    fn injections(&mut self, grammar: &Grammar, tree: &ts::Tree, text: &str) -> Vec<Injection> {
        let Some(query) = &grammar.injections else { return Vec::new() };
        let (content, language) =
            (query.capture_index_for_name("injection.content"), query.capture_index_for_name("injection.language"));
        let mut injections = Vec::new();
        let mut matches = self.cursor.matches(query, tree.root_node(), text.as_bytes());
        while let Some(found) = matches.next() {
            // The query says it, or the text does.
            let settings = query.property_settings(found.pattern_index).iter().rev();
            let mut languages = settings.filter(|setting| &*setting.key == "injection.language");
            let mut name = languages.find_map(|setting| setting.value.as_deref().map(str::to_owned));
            let mut node = None;
            for capture in found.captures {
                if Some(capture.index) == content {
                    node = Some(capture.node);
                } else if Some(capture.index) == language && name.is_none() {
                    name = capture.node.utf8_text(text.as_bytes()).ok().map(str::to_owned);
                }
            }
            if let (Some(node), Some(language)) = (node, name)
                && !node.byte_range().is_empty()
            {
                injections.push(Injection { start: node.start_byte(), end: node.end_byte(), language });
            }
        }
        injections
    }
}

/// The grammar of a name that a grammar uses, or that an author wrote inside a text of another language.
fn grammar_of(name: &str) -> Option<&'static Grammar> {
    match language(name) {
        Language::Coloured(name) => grammar(name),
        Language::Plain | Language::Unknown(_) => None,
    }
}

/// Whether there is a grammar of this name.
#[cfg(test)]
pub fn can(name: &str) -> bool {
    grammar(name).is_some()
}

/// The grammar of this name, compiled when it is first asked for.
fn grammar(name: &str) -> Option<&'static Grammar> {
    type Slot = (fn() -> Option<Grammar>, OnceLock<Option<Grammar>>);
    static GRAMMARS: LazyLock<HashMap<&str, Slot>> =
        LazyLock::new(|| COMPILERS.iter().map(|(name, compile)| (*name, (*compile, OnceLock::new()))).collect());
    let (compile, compiled) = GRAMMARS.get(name)?;
    compiled.get_or_init(compile).as_ref()
}

fn compile(language: ts::Language, highlights: &str, injections: &str) -> Option<Grammar> {
    let highlights = ts::Query::new(&language, highlights).ok()?;
    let injections = match injections {
        "" => None,
        query => Some(ts::Query::new(&language, query).ok()?),
    };
    // What begins with an underscore is for the query itself.
    let tag = |name: &&str| (!name.starts_with('_')).then(|| tag_for_capture(name)).flatten();
    let tags = highlights.capture_names().iter().map(tag).collect();
    Some(Grammar { language, highlights, tags, injections })
}

macro_rules! compilers {
    ($($name:literal $module:ident),* $(,)?) => {
        [$(($name, || {
            use arborium::$module as module;
            compile(module::language().into(), &module::HIGHLIGHTS_QUERY, module::INJECTIONS_QUERY)
        })),*]
    };
}

/// Makes a grammar of its parts; nothing if they do not fit together.
type Compiler = fn() -> Option<Grammar>;

/// Every grammar that `languages.rs` names.
const COMPILERS: [(&str, Compiler); 49] = compilers![
    "asm" lang_asm,
    "bash" lang_bash,
    "batch" lang_batch,
    "c" lang_c,
    "c-sharp" lang_c_sharp,
    "cmake" lang_cmake,
    "commonlisp" lang_commonlisp,
    "cpp" lang_cpp,
    "css" lang_css,
    "dart" lang_dart,
    "diff" lang_diff,
    "dockerfile" lang_dockerfile,
    "elixir" lang_elixir,
    "erlang" lang_erlang,
    "go" lang_go,
    "graphql" lang_graphql,
    "haskell" lang_haskell,
    "hcl" lang_hcl,
    "html" lang_html,
    "ini" lang_ini,
    "java" lang_java,
    "javascript" lang_javascript,
    "jinja2" lang_jinja2,
    "json" lang_json,
    "julia" lang_julia,
    "kotlin" lang_kotlin,
    "lua" lang_lua,
    "make" lang_make,
    "markdown" lang_markdown,
    "matlab" lang_matlab,
    "ocaml" lang_ocaml,
    "php" lang_php,
    "powershell" lang_powershell,
    "prolog" lang_prolog,
    "python" lang_python,
    "r" lang_r,
    "ruby" lang_ruby,
    "rust" lang_rust,
    "scala" lang_scala,
    "scheme" lang_scheme,
    "scss" lang_scss,
    "sql" lang_sql,
    "swift" lang_swift,
    "toml" lang_toml,
    "tsx" lang_tsx,
    "typescript" lang_typescript,
    "xml" lang_xml,
    "yaml" lang_yaml,
    "zig" lang_zig,
];
