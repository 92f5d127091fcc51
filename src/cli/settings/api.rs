//! `[api]`: who may call the REST API from a browser's page, and how often anybody may.

use super::layer::set;
use crate::fields::Fields;
use crate::server::{ApiConfig, Origin, Rates, Scope};

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct ApiTable {
    cors_origins: Option<Vec<Origin>>,
    cors_credentials: Option<bool>,
    throttle: ThrottleTable,
}

/// `[api.throttle]`, for each scope at its place.
#[derive(Debug, Default)]
struct ThrottleTable([Option<Rates>; Scope::ALL.len()]);

impl ApiTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            cors_origins: origins(fields, "cors_origins"),
            cors_credentials: fields.optional_flag("cors_credentials"),
            throttle: fields.table("throttle", ThrottleTable::read).unwrap_or_default(),
        }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        let ThrottleTable(mut rates) = below.throttle;
        for (own, below) in self.throttle.0.into_iter().zip(&mut rates) {
            *below = own.or(below.take());
        }
        Self {
            cors_origins: self.cors_origins.or(below.cors_origins),
            cors_credentials: self.cors_credentials.or(below.cors_credentials),
            throttle: ThrottleTable(rates),
        }
    }

    /// Puts it into the configuration.
    pub fn into_config(self, api: &mut ApiConfig) {
        set(&mut api.cors_origins, self.cors_origins);
        set(&mut api.cors_credentials, self.cors_credentials);
        for (rates, said) in api.throttle.iter_mut().zip(self.throttle.0) {
            set(rates, said);
        }
    }
}

impl ThrottleTable {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self(Scope::ALL.map(|scope| rates(fields, scope.as_str())))
    }
}

fn rates(fields: &mut Fields<'_>, key: &'static str) -> Option<Rates> {
    let (text, span) = fields.spanned_text(key)?;
    let rates = text.parse().ok();
    if rates.is_none() {
        let help = "write such as \"100/minute\" or \"100/minute, 2000/hour\" (second, minute, hour, day), or \"off\"";
        fields.wrong(span, format!("`{key}` cannot be \"{text}\""), help);
    }
    rates
}

fn origins(fields: &mut Fields<'_>, key: &'static str) -> Option<Vec<Origin>> {
    let given = fields.has(key);
    let mut origins = Vec::new();
    for (text, span) in fields.texts(key) {
        match text.parse() {
            Ok(origin) => origins.push(origin),
            Err(_) => fields.wrong(
                span,
                format!("`{key}` cannot hold \"{text}\""),
                "write origins as browsers do: scheme and host in lower case, no path, such as [\"https://app.example\"]",
            ),
        }
    }
    given.then_some(origins)
}
