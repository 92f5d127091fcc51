//! The languages of code blocks: which ones are coloured, what else authors call them, and which are known and stay plain.
//!
//! A grammar costs compile time and size, so this is what courses are about and not everything there is. Left out on
//! purpose: nginx (its grammar is GPL), Clojure and fish (Unlicense), Perl (its query does not compile), Lean (100 MB of C).

use crate::diag::nearest;

/// What the first word of a code block means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Coloured, by the grammar of this name.
    Coloured(&'static str),
    /// Known, and shown as it is.
    Plain,
    /// Nothing we know. There may be a name that was meant.
    Unknown(Option<&'static str>),
}

/// Names of grammars, each with what else authors write.
const COLOURED: [(&str, &[&str]); 49] = [
    ("asm", &["assembly", "nasm", "s"]),
    ("bash", &["sh", "shell", "zsh", "ksh"]),
    ("batch", &["bat", "cmd"]),
    ("c", &["h"]),
    ("c-sharp", &["cs", "csharp", "c#"]),
    ("cmake", &[]),
    ("commonlisp", &["lisp", "common-lisp", "cl"]),
    ("cpp", &["c++", "cc", "cxx", "hpp", "cuda"]),
    ("css", &[]),
    ("dart", &["flutter"]),
    ("diff", &["patch"]),
    ("dockerfile", &["docker", "containerfile"]),
    ("elixir", &["ex", "exs"]),
    ("erlang", &["erl"]),
    ("go", &["golang"]),
    ("graphql", &["gql"]),
    ("haskell", &["hs"]),
    ("hcl", &["terraform", "tf"]),
    ("html", &["htm", "xhtml", "vue", "svelte"]),
    ("ini", &["cfg", "conf", "properties", "dotenv", "env", "editorconfig"]),
    ("java", &[]),
    ("javascript", &["js", "jsx", "mjs", "cjs", "node"]),
    ("jinja2", &["jinja", "j2", "django", "html+django", "htmldjango", "twig"]),
    ("json", &["json5", "jsonc", "geojson", "ipynb"]),
    ("julia", &["jl"]),
    ("kotlin", &["kt", "kts"]),
    ("lua", &[]),
    ("make", &["makefile", "mk"]),
    ("markdown", &["md"]),
    ("matlab", &["octave"]),
    ("ocaml", &["ml", "sml"]),
    ("php", &[]),
    ("powershell", &["ps1", "pwsh"]),
    ("prolog", &[]),
    ("python", &["py", "python3", "py3", "sage"]),
    ("r", &["rscript"]),
    ("ruby", &["rb", "erb"]),
    ("rust", &["rs"]),
    ("scala", &["sbt"]),
    ("scheme", &["scm", "racket", "rkt"]),
    ("scss", &["sass", "less"]),
    ("sql", &["mysql", "postgresql", "postgres", "psql", "sqlite", "plsql"]),
    ("swift", &[]),
    ("toml", &[]),
    ("tsx", &[]),
    ("typescript", &["ts", "mts", "cts"]),
    ("xml", &["svg", "xsd", "xsl", "xslt", "rss", "plist"]),
    ("yaml", &["yml"]),
    ("zig", &[]),
];

/// What is no mistake and stays plain: output, sessions (only a part of which is code), diagrams, and languages that
/// courses use and no grammar here knows.
const PLAIN: [&str; 40] = [
    "text",
    "plaintext",
    "plain",
    "txt",
    "none",
    "nohighlight",
    "output",
    "out",
    "log",
    "csv",
    "tsv",
    "console",
    "shell-session",
    "shellsession",
    "session",
    "terminal",
    "pycon",
    "http",
    "mermaid",
    "plantuml",
    "dot",
    "graphviz",
    "latex",
    "tex",
    "bibtex",
    "pseudocode",
    "ebnf",
    "bnf",
    "regex",
    "nginx",
    "apache",
    "clojure",
    "clj",
    "perl",
    "pl",
    "fortran",
    "pascal",
    "basic",
    "scratch",
    "vb",
];

/// The language that an author calls `name`, in whatever case.
pub fn language(name: &str) -> Language {
    let name = name.to_ascii_lowercase();
    let name = name.as_str();
    if let Some((grammar, _)) = COLOURED.iter().find(|(grammar, others)| *grammar == name || others.contains(&name)) {
        return Language::Coloured(grammar);
    }
    if PLAIN.contains(&name) {
        return Language::Plain;
    }
    let names = COLOURED.iter().flat_map(|(grammar, others)| std::iter::once(grammar).chain(*others));
    // Nobody means a name of two letters by a long word.
    let names = names.chain(&PLAIN).copied().filter(|candidate| candidate.len() > 2);
    Language::Unknown(nearest(name.get(..40).unwrap_or(name), names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_many_names() {
        assert_eq!(language("Rust"), Language::Coloured("rust"));
        for (name, grammar) in
            [("js", "javascript"), ("C++", "cpp"), ("c#", "c-sharp"), ("yml", "yaml"), ("rb", "ruby")]
        {
            assert_eq!(language(name), Language::Coloured(grammar), "{name}");
        }
        assert_eq!(language("plaintext"), Language::Plain);
        assert_eq!(language("mermaid"), Language::Plain);
        assert_eq!(language("pyhton"), Language::Unknown(Some("python")));
        assert_eq!(language("qqqq"), Language::Unknown(None));
    }

    #[test]
    fn no_name_has_two_meanings() {
        let mut names: Vec<_> =
            COLOURED.iter().flat_map(|(name, others)| std::iter::once(name).chain(*others)).collect();
        names.extend(&PLAIN);
        let n_names = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), n_names);
    }

    #[test]
    fn every_grammar_colours_something() {
        for (grammar, _) in COLOURED {
            let text = "// x\n# y\nif (a) { return \"b\" + 12; }\n<a b=\"c\">\nk: 1\n+ a\n[s]\nFROM x\nSELECT 1\n";
            assert!(crate::site::markdown::grammars::can(grammar), "{grammar} has a grammar");
            crate::site::markdown::highlight::tokens(grammar, text);
        }
    }
}
