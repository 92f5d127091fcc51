//! What templates can call besides Tera's own: pure functions of their arguments.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

/// What leads from an asset's name to where it is.
#[derive(Default)]
pub(super) struct AssetUrls {
    /// Its fingerprinted URL.
    pub files: BTreeMap<String, String>,
    /// All of it as a `data:` URL, if it is small and a drawing.
    pub inline: BTreeMap<String, String>,
}

/// Registers them all.
pub(super) fn register(tera: &mut Tera, assets: Arc<AssetUrls>) {
    let no_asset = |name: &str| Error::message(format!("the theme has no asset \"{name}\""));
    let urls = Arc::clone(&assets);
    tera.register_function("asset", move |arguments: Kwargs, _: &State| -> TeraResult<String> {
        let name: &str = arguments.must_get("name")?;
        urls.files.get(name).cloned().ok_or_else(|| no_asset(name))
    });
    tera.register_function("inlined", move |arguments: Kwargs, _: &State| -> TeraResult<String> {
        let name: &str = arguments.must_get("name")?;
        assets.inline.get(name).or_else(|| assets.files.get(name)).cloned().ok_or_else(|| no_asset(name))
    });
    tera.register_filter("counted", counted);
    tera.register_filter("fill", fill);
    tera.register_filter("date", date);
    tera.register_filter("moment", moment);
    tera.register_filter("datetime", datetime);
    tera.register_filter("bytes", bytes);
}

/// `3 | counted(one="{n} module", other="{n} modules")`
fn counted(n: i64, arguments: Kwargs, _: &State) -> TeraResult<String> {
    let form: &str = arguments.must_get(if n == 1 { "one" } else { "other" })?;
    Ok(form.replace("{n}", &n.to_string()))
}

/// `"Module {n}" | fill(n=3)`
fn fill(text: &str, arguments: Kwargs, _: &State) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    // One pass, so that a value which holds braces is not filled again.
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}').and_then(|(name, after)| Some((value(&arguments, name)?, after))) {
            Some((value, after)) => {
                filled.push_str(&value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

fn value(arguments: &Kwargs, name: &str) -> Option<String> {
    let value: Value = arguments.get(name).ok()??;
    Some(value.to_string())
}

/// `"2026-02-05T12:00:00Z" | date(words=t)`: the day, as the page's language writes it. In UTC, so that a page is the
/// same wherever it is built.
fn date(text: &str, arguments: Kwargs, _: &State) -> TeraResult<String> {
    day(time(text)?.date(), &Words::of(&arguments)?)
}

/// The same with the time of day, unless it is where a day begins or ends.
fn moment(text: &str, arguments: Kwargs, _: &State) -> TeraResult<String> {
    let (time, words) = (time(text)?, Words::of(&arguments)?);
    let day = day(time.date(), &words)?;
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    if [(0, 0, 0), (23, 59, 59)].contains(&(hour, minute, second)) {
        return Ok(day);
    }
    let clock = format!("{hour:02}:{minute:02}");
    Ok(format!("{day}, {}", words.get("time_utc").map_or(clock.clone(), |words| words.replace("{name}", &clock))))
}

/// The same for machines, to the second: HTML knows no part of one below a thousandth.
fn datetime(text: &str, _: Kwargs, _: &State) -> TeraResult<String> {
    Ok(time(text)?.strftime("%FT%TZ").to_string())
}

fn time(text: &str) -> TeraResult<jiff::Zoned> {
    let time: Timestamp =
        text.parse().map_err(|_| Error::message(format!("\"{text}\" is not an RFC 3339 date and time")))?;
    Ok(time.to_zoned(jiff::tz::TimeZone::UTC))
}

fn day(date: jiff::civil::Date, words: &Words<'_>) -> TeraResult<String> {
    let month = words.get(&format!("month_{}", date.month())).map_or_else(|| date.month().to_string(), str::to_owned);
    let format = words.get("date_format").unwrap_or("{day} {month} {year}");
    let year = date.year().to_string();
    Ok(format.replace("{day}", &date.day().to_string()).replace("{month}", &month).replace("{year}", &year))
}

/// The words of the theme, as a template hands them over: not as a `Map`, which would be a copy of all for each date.
struct Words<'a>(&'a tera::value::Map);

impl<'a> Words<'a> {
    fn of(arguments: &'a Kwargs) -> TeraResult<Self> {
        let words: &Value = arguments.must_get("words")?;
        words.as_map().map(Self).ok_or_else(|| Error::message("`words` is not a table of words"))
    }

    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.get(&tera::value::Key::from(key.to_owned())).and_then(|value| value.as_str())
    }
}

/// `84000 | bytes`: "84 kB".
fn bytes(n: u64, _: Kwargs, _: &State) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{} kB", (n + 500) / 1_000),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str) -> String {
        let mut tera = Tera::default();
        let files = ["a.css", "b.svg"].map(|name| (name.to_owned(), format!("/assets/1.{name}"))).into();
        let inline = [("b.svg".to_owned(), "data:image/svg+xml,b".to_owned())].into();
        register(&mut tera, Arc::new(AssetUrls { files, inline }));
        let mut context = tera::Context::new();
        context.insert(
            "t",
            &BTreeMap::from([
                ("month_2", "February"),
                ("date_format", "{day} {month} {year}"),
                ("time_utc", "{name} UTC"),
            ]),
        );
        tera.add_raw_template("a.txt", template).and_then(|()| tera.render("a.txt", &context)).expect("it renders")
    }

    #[test]
    fn each_does_what_it_says() {
        assert_eq!(rendered("{{ asset(name='a.css') }}"), "/assets/1.a.css");
        assert_eq!(
            rendered("{{ inlined(name='a.css') }} {{ inlined(name='b.svg') }}"),
            "/assets/1.a.css data:image/svg+xml,b"
        );
        assert_eq!(rendered("{{ 1 | counted(one='{n} module', other='{n} modules') }}"), "1 module");
        assert_eq!(rendered("{{ 0 | counted(one='{n} module', other='{n} modules') }}"), "0 modules");
        assert_eq!(rendered("{{ 'Module {n} {x} {' | fill(n=3, a='{n}') }}"), "Module 3 {x} {");
        assert_eq!(rendered("{{ '2026-02-05T23:00:00-02:00' | date(words=t) }}"), "6 February 2026");
        assert_eq!(rendered("{{ '2026-02-05T23:59:59.999999Z' | moment(words=t) }}"), "5 February 2026");
        assert_eq!(rendered("{{ '2026-02-05T09:05:00Z' | moment(words=t) }}"), "5 February 2026, 09:05 UTC");
        assert_eq!(rendered("{{ '2026-02-05T23:00:00.123456-02:00' | datetime }}"), "2026-02-06T01:00:00Z");
        assert_eq!(rendered("{{ 999 | bytes }} {{ 84400 | bytes }} {{ 1250000 | bytes }}"), "999 B 84 kB 1.2 MB");
    }
}
