//! Throttling: how often the API may be called, counted by scope.
//!
//! Who is known is counted by account, from wherever they call; who is not, by network. Each scope has a rate for bursts
//! and one for the long run; a call takes from all of them or is refused and takes nothing. The table is not that of
//! passwords: many calls of the API must not make anybody's failures forgotten.

use std::fmt::Write as _;
use std::net::IpAddr;

use http::{HeaderName, HeaderValue};
use jiff::Timestamp;

use super::answer::Headers;
use super::config::{Period, Rate, Rates, Scope};
use super::error::ApiError;
use crate::school::{Account, Budget, Spent, Throttle, TooEarly, network_of};
use crate::server::problem::whole_seconds;

/// Which limits there are, and what is left of them: draft-ietf-httpapi-ratelimit-headers.
pub const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left.
pub const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Counts calls of the API.
pub struct ApiThrottle {
    policies: [Vec<Policy>; Scope::ALL.len()],
    counted: Throttle,
}

/// A limit with its name.
struct Policy {
    name: String,
    rate: Rate,
    budget: Budget,
}

impl ApiThrottle {
    /// A table in which nobody has called yet.
    pub fn new(rates: &[Rates; Scope::ALL.len()]) -> Self {
        Self { policies: Scope::ALL.map(|scope| policies(scope, &rates[scope.at()])), counted: Throttle::default() }
    }

    /// Counts a call, and says in headers what is left.
    pub fn admit(
        &self,
        scope: Option<Scope>,
        account: Option<&Account>,
        address: IpAddr,
        now: Timestamp,
        headers: &mut Headers,
    ) -> Result<(), ApiError> {
        let own = if account.is_some() { Scope::User } else { Scope::Anon };
        let scopes: Vec<_> = [Some(own), scope].into_iter().flatten().collect();
        let whose: Vec<_> = scopes.iter().map(|scope| (*scope, whose(*scope, account, address))).collect();
        let policies: Vec<_> = whose
            .iter()
            .flat_map(|(scope, whose)| self.policies[scope.at()].iter().map(move |policy| (policy, whose)))
            .collect();
        if policies.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = policies.iter().map(|(policy, whose)| [whose, policy.name.as_bytes()].concat()).collect();
        let budgets: Vec<_> = policies.iter().zip(&keys).map(|((policy, _), key)| (policy.budget, &**key)).collect();
        let spent = self.counted.spend_all(&budgets, 1, now);
        headers.extend(said(policies.iter().map(|(policy, _)| *policy), &spent));
        spent.too_early.map_or(Ok(()), |TooEarly(wait)| Err(ApiError::throttled(wait)))
    }
}

/// The first rate of a scope has the scope's name, the others have their period's behind it.
fn policies(scope: Scope, Rates(rates): &Rates) -> Vec<Policy> {
    let policy = |(at, rate): (usize, &Rate)| {
        let Rate { n, period } = *rate;
        let name = if at == 0 { scope.as_str().to_owned() } else { name_of_later(scope, period) };
        Policy { name, rate: *rate, budget: Budget::new("api", n, period.length()) }
    };
    rates.iter().enumerate().map(policy).collect()
}

fn name_of_later(scope: Scope, period: Period) -> String {
    format!("{}-{}", scope.as_str(), period.as_str())
}

/// Who is counted. Whoever signs in is not known yet, and is counted by network even if they are known.
fn whose(scope: Scope, account: Option<&Account>, address: IpAddr) -> Vec<u8> {
    match account.filter(|_| scope != Scope::Login) {
        Some(account) => format!("account {} ", account.id.0).into_bytes(),
        None => [&b"network "[..], &network_of(address), b" "].concat(),
    }
}

/// Both are lists of structured fields (RFC 9651).
fn said<'a>(policies: impl Iterator<Item = &'a Policy>, spent: &Spent) -> Headers {
    let (mut limits, mut rest) = (String::new(), String::new());
    for (Policy { name, rate, .. }, left) in policies.zip(&spent.left) {
        let comma = if limits.is_empty() { "" } else { ", " };
        let seconds = if left.whole_in.is_zero() { 0 } else { whole_seconds(left.whole_in) };
        // Writing into a text cannot fail.
        let _ = write!(limits, "{comma}\"{name}\";q={};w={}", rate.n, rate.period.length().as_secs());
        let _ = write!(rest, "{comma}\"{name}\";r={};t={seconds}", left.n);
    }
    let value = |text| HeaderValue::try_from(text).expect("names and numbers are a header");
    vec![(RATELIMIT_POLICY, value(limits)), (RATELIMIT, value(rest))]
}
