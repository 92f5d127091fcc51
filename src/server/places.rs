//! Places for connections: how many there are, and that one address cannot have the last of them.
//!
//! Whoever opens more connections than a server has places for, and sends nothing, keeps everybody else waiting. So the last
//! quarter is for those who have few: while it is being used, an address that has its share is refused further ones.
//! Trusted proxies bring everybody's connections and have no share.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::config::ServerConfig;
use super::forwarded::is_trusted;

/// All places of a server.
#[derive(Clone)]
pub struct Places {
    free: Arc<Semaphore>,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    n_places: usize,
    trusted_proxies: Arc<[IpNet]>,
}

/// A place for somebody, whoever it will be.
pub type Place = OwnedSemaphorePermit;

/// A place that an address has, until it is dropped.
pub struct Taken {
    places: Places,
    /// Who has it, if they have a share.
    owner: Option<IpAddr>,
    _place: OwnedSemaphorePermit,
}

impl Places {
    pub fn new(config: &ServerConfig) -> Self {
        let n_places = config.max_connections;
        let trusted_proxies = config.trusted_proxies.clone().into();
        Self { free: Arc::new(Semaphore::new(n_places)), taken: Arc::default(), n_places, trusted_proxies }
    }

    /// The next place that is free; waits for it.
    pub async fn next(&self) -> Option<Place> {
        self.free.clone().acquire_owned().await.ok()
    }

    /// Gives a place to an address; nothing if only the last quarter is left and the address has its share.
    pub fn take(&self, place: Place, address: IpAddr) -> Option<Taken> {
        let address = address.to_canonical();
        if is_trusted(&self.trusted_proxies, address) {
            return Some(Taken { places: self.clone(), owner: None, _place: place });
        }
        let owner = owner(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let has = taken.get(&owner).copied().unwrap_or_default();
        let few_left = self.free.available_permits() < self.n_places / 4;
        if few_left && has >= self.share() {
            return None;
        }
        taken.insert(owner, has + 1);
        drop(taken);
        Some(Taken { places: self.clone(), owner: Some(owner), _place: place })
    }

    /// What one address may have of the last quarter: enough for a school behind one address.
    fn share(&self) -> usize {
        self.n_places.div_ceil(16)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let Some(owner) = self.owner else { return };
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&owner) {
            Some(has) if *has > 1 => *has -= 1,
            _ => drop(taken.remove(&owner)),
        }
    }
}

/// Who has an address: of IPv6, everybody has a network of them.
fn owner(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(places: &Places, address: &str) -> Option<Taken> {
        places.take(places.next().await.expect("a place"), address.parse().expect("an address"))
    }

    #[tokio::test]
    async fn nobody_alone_gets_the_last_quarter() {
        let trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
        let places = Places::new(&ServerConfig { max_connections: 32, trusted_proxies, ..ServerConfig::default() });
        let mut held = Vec::new();
        for nth in 0..100 {
            held.extend(take(&places, &format!("2001:db8::{nth:x}")).await);
        }
        assert_eq!(held.len(), 24, "one network of addresses is one owner");
        let others = [take(&places, "192.0.2.1").await, take(&places, "::ffff:192.0.2.1").await];
        assert!(others.iter().all(Option::is_some));
        assert!(take(&places, "192.0.2.1").await.is_none(), "a share is two of 32");
        let proxies =
            [take(&places, "10.0.0.1").await, take(&places, "10.0.0.1").await, take(&places, "10.0.0.1").await];
        assert!(proxies.iter().all(Option::is_some), "who brings others has no share");
        held.truncate(10);
        assert!(take(&places, "2001:db8::1").await.is_some(), "who has fewer places may have more again");
        drop((held, others, proxies));
        assert!(places.taken.lock().expect("a list").is_empty(), "nobody is remembered who is gone");
    }
}
