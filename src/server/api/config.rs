//! What an operator decides about the API: `[api]` of educa.toml.

use std::str::FromStr;

use jiff::SignedDuration;

use super::cors::Origin;

/// Settings of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiConfig {
    /// Pages of which other origins may call it from a browser.
    pub cors_origins: Vec<Origin>,
    /// Whether browsers may send along what they know of the user, such as HTTP Basic; a session counts for our own
    /// pages alone all the same.
    pub cors_credentials: bool,
    /// How often it may be called, for each scope at its place.
    pub throttle: [Rates; Scope::ALL.len()],
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self { cors_origins: Vec::new(), cors_credentials: false, throttle: Scope::ALL.map(Scope::unsaid) }
    }
}

/// Whose calls are counted, or of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Of who is not known, by network.
    Anon,
    /// Of an account.
    User,
    /// Signing in, by network.
    Login,
    /// Enrolling, of an account.
    Enroll,
}

impl Scope {
    /// All.
    pub const ALL: [Self; 4] = [Self::Anon, Self::User, Self::Login, Self::Enroll];

    /// The place in tables that have one entry for each.
    pub fn at(self) -> usize {
        self as usize
    }

    /// Its name in settings and headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anon => "anon",
            Self::User => "user",
            Self::Login => "login",
            Self::Enroll => "enroll",
        }
    }

    /// What nobody comes near who means well: a school behind one address, a program that walks through everything.
    fn unsaid(self) -> Rates {
        let (minute, hour) = match self {
            Self::Anon | Self::User => (1_200, 36_000),
            Self::Login => (300, 3_000),
            Self::Enroll => (600, 6_000),
        };
        Rates(vec![Rate { n: minute, period: Period::Minute }, Rate { n: hour, period: Period::Hour }])
    }
}

/// How often something may be done: in bursts and in the long run. None means that nobody counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(pub Vec<Rate>);

/// So often in such a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How often.
    pub n: u32,
    /// In which time.
    pub period: Period,
}

/// A time to count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// 1 s.
    Second,
    /// 60 s.
    Minute,
    /// 3,600 s.
    Hour,
    /// 86,400 s.
    Day,
}

impl Period {
    const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it is.
    pub fn length(self) -> SignedDuration {
        SignedDuration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        })
    }
}

/// A text that says no rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("rates are numbers up to a million for a second, minute, hour or day")]
pub struct NotRates;

impl FromStr for Rates {
    type Err = NotRates;

    /// `off`, or such as `100/minute, 2000/hour`: each period once.
    fn from_str(text: &str) -> Result<Self, NotRates> {
        if text.trim() == "off" {
            return Ok(Self::default());
        }
        let mut rates: Vec<Rate> = Vec::new();
        for part in text.split(',') {
            let (n, period) = part.trim().split_once('/').ok_or(NotRates)?;
            let n = n.parse().ok().filter(|n| (1..=1_000_000).contains(n)).ok_or(NotRates)?;
            let period = Period::ALL.into_iter().find(|one| one.as_str() == period).ok_or(NotRates)?;
            if rates.iter().any(|rate| rate.period == period) {
                return Err(NotRates);
            }
            rates.push(Rate { n, period });
        }
        Ok(Self(rates))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_or_refused() {
        let read = |text: &str| text.parse::<Rates>().map(|Rates(rates)| rates.len());
        assert_eq!(["off", "1/day", "100/minute, 2000/hour"].map(read), [Ok(0), Ok(1), Ok(2)]);
        for text in ["", "100", "0/day", "1000001/second", "-1/day", "1/week", "1/day,1/day", "1/day,", "1/d"] {
            assert_eq!(read(text), Err(NotRates), "{text}");
        }
    }
}
