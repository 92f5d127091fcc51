//! Throttling: how often the API may be called, counted by scope.
//!
//! Who is known is counted by account, from wherever they call; who is not, by network. Each scope has a rate for bursts
//! and one for the long run; a call takes from all of them or is refused and takes nothing. The table is not that of
//! passwords: many calls of the API must not make anybody's failures forgotten.

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
    limits: [Limits; Scope::ALL.len()],
    counted: Throttle,
}

/// Those of a scope.
struct Limits {
    policies: Vec<Policy>,
    /// What `RateLimit-Policy` says of them.
    said: HeaderValue,
}

/// A limit.
struct Policy {
    /// What tells it from all others.
    number: u8,
    budget: Budget,
    /// How `RateLimit-Policy` names it.
    limit: String,
    /// How `RateLimit` begins to say what is left of it.
    left: String,
}

impl ApiThrottle {
    /// A table in which nobody has called yet.
    pub fn new(rates: &[Rates; Scope::ALL.len()]) -> Self {
        let mut numbers = 0..=u8::MAX;
        let limits = Scope::ALL.map(|scope| {
            let policies = policies(scope, &rates[scope.at()], &mut numbers);
            Limits { said: value(listed(policies.iter())), policies }
        });
        Self { limits, counted: Throttle::default() }
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
        let mut spending = Vec::with_capacity(4);
        for scope in [Some(own), scope].into_iter().flatten() {
            let whose = whose(scope, account, address);
            let policies = self.limits[scope.at()].policies.iter();
            spending.extend(policies.map(|policy| policy.budget.at(named(policy.number, whose))));
        }
        if spending.is_empty() {
            return Ok(());
        }
        let spent = self.counted.spend_all(&spending, 1, now);
        let (own, also) = (&self.limits[own.at()], scope.map(|scope| &self.limits[scope.at()]));
        said(own, also, &spent, headers);
        spent.too_early.map_or(Ok(()), |TooEarly(wait)| Err(ApiError::throttled(wait)))
    }
}

/// The first rate of a scope has the scope's name, the others have their period's behind it.
fn policies(scope: Scope, Rates(rates): &Rates, numbers: &mut impl Iterator<Item = u8>) -> Vec<Policy> {
    let policy = |(at, (rate, number)): (usize, (&Rate, u8))| {
        let Rate { n, period } = *rate;
        let name = if at == 0 { scope.as_str().to_owned() } else { name_of_later(scope, period) };
        let limit = format!("\"{name}\";q={n};w={}", period.length().as_secs());
        let left = format!("\"{name}\";r=");
        Policy { number, budget: Budget::new("api", n, period.length()), limit, left }
    };
    rates.iter().zip(numbers).enumerate().map(policy).collect()
}

fn name_of_later(scope: Scope, period: Period) -> String {
    format!("{}-{}", scope.as_str(), period.as_str())
}

/// Who is counted: nine bytes that nobody else has. Whoever signs in is not known yet, and is counted by network even if
/// they are known.
fn whose(scope: Scope, account: Option<&Account>, address: IpAddr) -> [u8; 9] {
    let (kind, bytes) = match account.filter(|_| scope != Scope::Login) {
        Some(account) => (0, account.id.0.to_be_bytes()),
        None => {
            let network = network_of(address);
            let mut bytes = [0; 8];
            bytes[..network.len()].copy_from_slice(&network);
            // An address of IPv4 is shorter, and none of IPv6 with zeros behind it.
            (if network.len() == bytes.len() { 1 } else { 2 }, bytes)
        }
    };
    let mut whose = [kind; 9];
    whose[1..].copy_from_slice(&bytes);
    whose
}

/// The key of somebody's budget of a policy.
fn named(policy: u8, whose: [u8; 9]) -> [u8; 16] {
    let mut key = [0; 16];
    key[0] = policy;
    key[1..10].copy_from_slice(&whose);
    key
}

/// Both are lists of structured fields (RFC 9651).
fn said(own: &Limits, also: Option<&Limits>, spent: &Spent, headers: &mut Headers) {
    let policies = || own.policies.iter().chain(also.into_iter().flat_map(|also| &also.policies));
    let limits = also.map_or_else(|| own.said.clone(), |_| value(listed(policies())));
    let mut left = String::with_capacity(96);
    let mut number = itoa::Buffer::new();
    for (policy, Rest { n, whole_in }) in policies().zip(&spent.left) {
        if !left.is_empty() {
            left.push_str(", ");
        }
        left.push_str(&policy.left);
        left.push_str(number.format(*n));
        left.push_str(";t=");
        left.push_str(number.format(if whole_in.is_zero() { 0 } else { whole_seconds(*whole_in) }));
    }
    headers.extend([(RATELIMIT_POLICY, limits), (RATELIMIT, value(left))]);
}

fn listed<'a>(policies: impl Iterator<Item = &'a Policy>) -> String {
    policies.map(|policy| policy.limit.as_str()).collect::<Vec<_>>().join(", ")
}

fn value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("names and numbers are a header")
}
