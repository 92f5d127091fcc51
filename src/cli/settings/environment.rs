//! The environment as a layer of settings.

use super::layer;

/// The variables that begin with `EDUCA_`, as the TOML they stand for. Those of other programs' making, such as
/// `EDUCA_LOG`, name no table and are left out, and so is the one that holds a password.
pub fn variables() -> String {
    // A variable of any program may be no text; one of ours that is none is shown as such and refused by its rule.
    let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let mut lines: Vec<_> = variables.filter_map(|(name, value)| line(&name, &value.to_string_lossy())).collect();
    lines.sort();
    lines.concat()
}

/// The tables in tables.
const NESTED: [(&str, &str); 2] = [("server", "tls"), ("api", "throttle")];

/// `EDUCA_SERVER_LISTEN=x` as `server.listen = "x"`. A value that is TOML by itself stays what it is.
fn line(name: &str, value: &str) -> Option<String> {
    let name = name.strip_prefix("EDUCA_")?.to_ascii_lowercase();
    let (table, key) = name.split_once('_')?;
    if !layer::TABLES.contains(&table) || (table, key) == ("mail", "password") {
        return None;
    }
    let own =
        value.parse::<bool>().is_ok() || value.parse::<i64>().is_ok() || value.starts_with("[\"") || value == "[]";
    let value = if own { value.to_owned() } else { toml::Value::from(value).to_string() };
    let nested = NESTED.iter().find_map(|(outer, inner)| {
        let rest = key.strip_prefix(inner)?.strip_prefix('_')?;
        (*outer == table).then(|| format!("{inner}.{rest}"))
    });
    let key = nested.unwrap_or_else(|| key.to_owned());
    Some(format!("{table}.{key} = {value}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_settings() {
        assert_eq!(line("EDUCA_SERVER_LISTEN", "[::1]:80").as_deref(), Some("server.listen = \"[::1]:80\"\n"));
        assert_eq!(line("EDUCA_SITE_TITLE", "A \"b\"").as_deref(), Some("site.title = 'A \"b\"'\n"));
        assert_eq!(line("EDUCA_BUILD_HTML", "true").as_deref(), Some("build.html = true\n"));
        assert_eq!(
            line("EDUCA_SITE_BASE_URL", "https://e.org").as_deref(),
            Some("site.base_url = \"https://e.org\"\n")
        );
        assert_eq!(line("EDUCA_SERVER_TLS_KEY", "k.pem").as_deref(), Some("server.tls.key = \"k.pem\"\n"));
        let throttle = line("EDUCA_API_THROTTLE_ANON", "9/minute, 99/hour");
        assert_eq!(throttle.as_deref(), Some("api.throttle.anon = \"9/minute, 99/hour\"\n"));
        assert_eq!(
            line("EDUCA_API_CORS_ORIGINS", "[\"https://a.example\"]").as_deref(),
            Some("api.cors_origins = [\"https://a.example\"]\n")
        );
        assert_eq!(line("EDUCA_LOG", "debug"), None);
        assert_eq!(line("EDUCA_MAIL_PASSWORD", "secret"), None);
        assert_eq!(line("HOME", "/root"), None);
    }
}
