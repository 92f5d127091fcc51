//! [`Theme`]: loaded, checked, ready to draw.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tera::{Context, Tera, Value};

use super::account_views::LetterView;
use super::files::{ThemeFiles, load_chain};
use super::functions::{self, AssetUrls};
use super::lesson_views::ContentView;
use super::minify::minified;
use super::settings::Settings;
use super::template_errors::{Sources, add_templates, diagnostics_of};
use super::view::{SiteView, View};
use super::words::{Dictionary, Words};
use crate::course::{Address, Language, routes};
use crate::diag::{Diagnostic, Diagnostics};
use crate::digest::Digest;
use crate::disk::DiskError;

/// A theme with all it extends.
pub struct Theme {
    tera: Tera,
    site: Value,
    theme: Value,
    site_view: SiteView,
    dictionary: Dictionary,
    /// The words of each language as templates see them.
    word_values: BTreeMap<String, Value>,
    assets: Vec<Asset>,
    digest: Digest,
    /// The source of each template by its full name, to point at lines in it.
    sources: Sources,
}

/// A file that pages refer to, published under a name that changes with its bytes.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Where it lies.
    pub address: Address,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Which theme, and what is done with it. The build and the server load it alike: otherwise the server's own pages would
/// name assets that no build has published.
#[derive(Debug, Clone, Copy)]
pub struct ThemeOptions<'a> {
    /// The folder of the school's own themes.
    pub themes: &'a Path,
    /// The theme's name.
    pub name: &'a str,
    /// What every page knows of the site.
    pub site: &'a SiteView,
    /// Whether style sheets lose what no browser needs.
    pub minify: bool,
}

/// A template that could not be drawn.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(Box<Diagnostic>);

impl TemplateError {
    /// Which template, which line, and why.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.0
    }
}

impl Theme {
    /// Loads a theme from the folder of themes, or from the binary. Nothing if there are errors in it, which are then
    /// among the diagnostics.
    pub fn load(options: &ThemeOptions<'_>, diagnostics: &mut Diagnostics) -> Result<Option<Self>, DiskError> {
        let &ThemeOptions { themes, name, site, minify } = options;
        let mut said = Diagnostics::new();
        let chain = load_chain(themes, name, &mut said)?;
        let dictionary = Dictionary::load(&chain, &mut said);
        let settings = Settings::new(chain.iter().map(|theme| &theme.settings));
        let (assets, urls) = assets(&chain, &settings, minify, &mut said);
        settings.check(&urls.files, &mut said);
        let mut tera = Tera::default();
        functions::register(&mut tera, Arc::new(urls));
        let sources = sources(&chain, &mut said);
        let prefixes: Vec<_> = chain.iter().map(|theme| format!("{}/", theme.name)).collect();
        tera.set_fallback_prefixes(prefixes).expect("no template is there yet");
        add_templates(&mut tera, &sources, &mut said);
        let failed = said.has_errors();
        diagnostics.append(said);
        if failed {
            return Ok(None);
        }
        let word_values =
            dictionary.iter().map(|(tag, words)| (tag.clone(), Value::from_serializable(words.map()))).collect();
        let digest = digest(&chain, site, minify);
        let (site, site_view) = (Value::from_serializable(site), site.clone());
        let theme = Value::from_serializable(&settings.view());
        Ok(Some(Self { tera, site, theme, site_view, dictionary, word_values, assets, digest, sources }))
    }

    /// The page of a view.
    pub fn render<V: View>(&self, view: &V) -> Result<String, TemplateError> {
        let mut context = self.context(view, &view.page().lang, V::TEMPLATE)?;
        for (name, part) in view.shared() {
            context.insert_value(name, part.value());
        }
        context.insert_value("site", self.site.clone());
        context.insert_value("theme", self.theme.clone());
        self.draw(V::TEMPLATE, &context)
    }

    /// The identity of everything that a view's page depends on: two equal keys mean two equal pages.
    pub fn key<V: View>(&self, view: &V) -> Digest {
        let shared: Vec<_> = view.shared().iter().flat_map(|(_, part)| *part.digest().as_bytes()).collect();
        self.key_of(V::TEMPLATE, view, &shared)
    }

    /// The same for what [`Theme::render_content`] makes.
    pub fn content_key(&self, view: &ContentView, language: &Language) -> Digest {
        self.key_of(view.kind.names().1, view, language.as_str().as_bytes())
    }

    fn key_of(&self, template: &str, view: &impl serde::Serialize, more: &[u8]) -> Digest {
        let view = serde_json::to_vec(view).expect("a view has only plain values and keys");
        Digest::of_parts([&self.digest.as_bytes()[..], template.as_bytes(), &view, more])
    }

    /// The HTML of one content, for its page and for the API.
    pub fn render_content(&self, view: &ContentView, language: &Language) -> Result<String, TemplateError> {
        let (_, template) = view.kind.names();
        let context = self.context(view, language.as_str(), template)?;
        self.draw(template, &context)
    }

    /// A letter, as text and as HTML: `letters/<name>.txt` and `.html`.
    pub fn render_letter(
        &self,
        name: &str,
        view: &LetterView,
        language: &Language,
    ) -> Result<(String, String), TemplateError> {
        let draw = |ending: &str| {
            let template = format!("letters/{name}.{ending}");
            let mut context = self.context(view, language.as_str(), &template)?;
            context.insert_value("site", self.site.clone());
            self.draw(&template, &context)
        };
        Ok((draw("txt")?, draw("html")?))
    }

    /// The site that its pages are of.
    pub fn site(&self) -> &SiteView {
        &self.site_view
    }

    /// The theme's words for pages in a language.
    pub fn words(&self, language: &Language) -> &Words {
        self.dictionary.words(language)
    }

    /// The files that pages refer to.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// The identity of everything in it, and of the site's own words.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    fn context(&self, view: &impl serde::Serialize, lang: &str, template: &str) -> Result<Context, TemplateError> {
        let mut context = Context::from_serialize(view).map_err(|error| self.error(&error, template))?;
        context.insert_value("t", self.word_values[self.dictionary.key(lang)].clone());
        Ok(context)
    }

    fn draw(&self, template: &str, context: &Context) -> Result<String, TemplateError> {
        self.tera.render(template, context).map_err(|error| self.error(&error, template))
    }

    fn error(&self, error: &tera::Error, template: &str) -> TemplateError {
        let mut said = diagnostics_of(error, &self.sources).sorted();
        if said.is_empty() {
            said.push(Diagnostic::error(format!("theme template {template}"), error.to_string()));
        }
        TemplateError(Box::new(said.iter().next().expect("it was pushed").clone()))
    }
}

/// Templates by full name (`school/base.html`), each with its name in diagnostics and its text.
fn sources(chain: &[ThemeFiles], diagnostics: &mut Diagnostics) -> Sources {
    let mut sources = Sources::new();
    for theme in chain {
        for (path, bytes) in &theme.files {
            let Some(name) = path.strip_prefix("templates/") else { continue };
            let shown = format!("{}/{path}", theme.shown);
            match String::from_utf8(bytes.clone()) {
                Ok(text) => {
                    sources.insert(format!("{}/{name}", theme.name), (shown, text));
                }
                Err(_) => diagnostics.push(Diagnostic::error(shown, "this template is not UTF-8")),
            }
        }
    }
    sources
}

/// The largest drawing that stands in a page instead of being asked for: a request costs more than these bytes.
const MAX_INLINE: usize = 1024;

/// What may stand in a `data:` URL, and in an attribute, as it is.
const IN_DATA: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'/').remove(b':').remove(b'=').remove(b',');

/// The assets of a theme, and the URL of each by its name. An asset of a derived theme replaces one of the same name.
fn assets(
    chain: &[ThemeFiles],
    settings: &Settings,
    minify: bool,
    diagnostics: &mut Diagnostics,
) -> (Vec<Asset>, AssetUrls) {
    let mut files = BTreeMap::new();
    for theme in chain.iter().rev() {
        for (path, bytes) in &theme.files {
            if let Some(name) = path.strip_prefix("assets/") {
                files.insert(name, (format!("{}/{path}", theme.shown), bytes));
            }
        }
    }
    let mut assets = Vec::new();
    let mut urls = AssetUrls::default();
    for (name, (shown, bytes)) in files {
        let css = std::str::from_utf8(bytes).ok().filter(|_| name.ends_with(".css"));
        let bytes = css.map_or_else(|| bytes.clone(), |css| style_sheet(css, settings, minify).into_bytes());
        match routes::asset(&fingerprinted(name, &bytes)) {
            Ok(address) => {
                urls.files.insert(name.to_owned(), address.href());
                if let Some(url) = data_url(name, &bytes) {
                    urls.inline.insert(name.to_owned(), url);
                }
                assets.push(Asset { address, bytes });
            }
            Err(error) => diagnostics.push(Diagnostic::error(shown, error.to_string()).help("rename the file")),
        }
    }
    (assets, urls)
}

/// A small drawing as a URL of its own.
fn data_url(name: &str, bytes: &[u8]) -> Option<String> {
    let svg = std::str::from_utf8(bytes).ok().filter(|svg| name.ends_with(".svg") && svg.len() <= MAX_INLINE)?;
    Some(format!("data:image/svg+xml,{}", utf8_percent_encode(svg.trim(), IN_DATA)))
}

/// A style sheet with the theme's settings in it, if it asks for them.
fn style_sheet(css: &str, settings: &Settings, minify: bool) -> String {
    let css = settings.fill(css).map_or(Cow::Borrowed(css), Cow::Owned);
    if minify { minified(&css) } else { css.into_owned() }
}

/// `school.css` becomes `school.<digest>.css`: a name that may be cached for ever.
fn fingerprinted(name: &str, bytes: &[u8]) -> String {
    let digest = Digest::of(bytes).short();
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}.{digest}.{ending}"),
        None => format!("{name}.{digest}"),
    }
}

fn digest(chain: &[ThemeFiles], site: &SiteView, minify: bool) -> Digest {
    let minified: &[u8] = if minify { b"minified" } else { b"" };
    let searched: &[u8] = if site.search { b"searched" } else { b"" };
    let mut parts: Vec<&[u8]> =
        vec![site.title.as_bytes(), site.description.as_bytes(), site.lang.as_bytes(), minified, searched];
    for theme in chain {
        parts.push(theme.name.as_bytes());
        for (path, bytes) in &theme.files {
            parts.push(path.as_bytes());
            parts.push(bytes);
        }
    }
    Digest::of_parts(parts)
}
