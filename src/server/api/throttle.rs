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
use crate::school::{Account, Budget, Rest, Spent, Throttle, TooEarly, network_of};
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

/// A limit.
struct Policy {
    /// What tells it from others in the table.
    name: String,
    budget: Budget,
    /// How `RateLimit-Policy` names it.
    limit: String,
    /// How `RateLimit` begins to say what is left of it.
    left: String,
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
        let mut policies = Vec::with_capacity(4);
        let mut spending = Vec::with_capacity(4);
        for scope in [Some(own), scope].into_iter().flatten() {
            let whose = whose(scope, account, address);
            for policy in &self.policies[scope.at()] {
                policies.push(policy);
                spending.push(policy.budget.of(&[&whose, policy.name.as_bytes()]));
            }
        }
        if policies.is_empty() {
            return Ok(());
        }
        let spent = self.counted.spend_all(&spending, 1, now);
        said(&policies, &spent, headers);
        spent.too_early.map_or(Ok(()), |TooEarly(wait)| Err(ApiError::throttled(wait)))
    }
}

/// The first rate of a scope has the scope's name, the others have their period's behind it.
fn policies(scope: Scope, Rates(rates): &Rates) -> Vec<Policy> {
    let policy = |(at, rate): (usize, &Rate)| {
        let Rate { n, period } = *rate;
        let name = if at == 0 { scope.as_str().to_owned() } else { name_of_later(scope, period) };
        let limit = format!("\"{name}\";q={n};w={}", period.length().as_secs());
        let left = format!("\"{name}\";r=");
        Policy { name, budget: Budget::new("api", n, period.length()), limit, left }
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
fn said(policies: &[&Policy], spent: &Spent, headers: &mut Headers) {
    let (mut limits, mut rest) = (String::with_capacity(96), String::with_capacity(96));
    for (Policy { limit, left, .. }, Rest { n, whole_in }) in policies.iter().zip(&spent.left) {
        if !limits.is_empty() {
            limits.push_str(", ");
            rest.push_str(", ");
        }
        let seconds = if whole_in.is_zero() { 0 } else { whole_seconds(*whole_in) };
        limits.push_str(limit);
        rest.push_str(left);
        // Writing into a text cannot fail.
        let _ = write!(rest, "{n};t={seconds}");
    }
    let value = |text| HeaderValue::try_from(text).expect("names and numbers are a header");
    headers.extend([(RATELIMIT_POLICY, value(limits)), (RATELIMIT, value(rest))]);
}
