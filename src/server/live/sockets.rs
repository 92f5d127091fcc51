//! All open sockets: how many there may be, and whom to wake when something happens to an account.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::close::Close;
use super::config::LiveConfig;
use super::handle::Handle;
use crate::school::{Account, AccountId, Session, network_of};

/// Why there is no further socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSocket {
    /// The server has as many as it can, or stops.
    Full,
    /// The account has its share.
    Account,
    /// The network address has its share.
    Address,
}

/// The sockets of a process.
#[derive(Debug, Default)]
pub struct Sockets(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    by_account: HashMap<AccountId, Vec<Arc<Handle>>>,
    by_network: HashMap<Vec<u8>, usize>,
    /// By when their sessions end, then by number.
    by_end: BTreeMap<(Timestamp, u64), Arc<Handle>>,
    n_ever: u64,
    stopping: bool,
}

/// A socket's place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    /// The way to it.
    pub handle: Arc<Handle>,
    sockets: Arc<Sockets>,
    network: Vec<u8>,
    end: (Timestamp, u64),
}

impl Sockets {
    /// A place for a further socket.
    pub fn admit(
        self: &Arc<Self>,
        config: &LiveConfig,
        (account, session): (&Account, &Session),
        address: IpAddr,
    ) -> Result<Place, NoSocket> {
        let network = network_of(address);
        let mut open = self.open();
        if open.stopping || open.by_end.len() >= config.max_sockets {
            return Err(NoSocket::Full);
        }
        if open.by_account.get(&account.id).is_some_and(|sockets| sockets.len() >= config.sockets_per_account) {
            return Err(NoSocket::Account);
        }
        if open.by_network.get(&network).is_some_and(|n| *n >= config.sockets_per_address) {
            return Err(NoSocket::Address);
        }
        let handle = Arc::new(Handle::new(account.id, session.key));
        let end = (session.expires, open.n_ever);
        open.n_ever += 1;
        open.by_account.entry(account.id).or_default().push(handle.clone());
        *open.by_network.entry(network.clone()).or_default() += 1;
        open.by_end.insert(end, handle.clone());
        Ok(Place { handle, sockets: self.clone(), network, end })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.open().by_end.is_empty()
    }

    /// Has an account's sockets look again whether they may go on.
    pub fn look_again(&self, account: AccountId) {
        for handle in self.open().by_account.get(&account).into_iter().flatten() {
            handle.signal(|signals| signals.look_again = true);
        }
    }

    /// The same of everybody.
    pub fn all_look_again(&self) {
        for handle in self.open().by_end.values() {
            handle.signal(|signals| signals.look_again = true);
        }
    }

    /// The same of those whose sessions have ended by now.
    pub fn ended_look_again(&self, now: Timestamp) {
        for handle in self.open().by_end.range(..=(now, u64::MAX)).map(|(_, handle)| handle) {
            handle.signal(|signals| signals.look_again = true);
        }
    }

    /// Ends all, and admits no further ones.
    pub fn stop(&self) {
        let mut open = self.open();
        open.stopping = true;
        for handle in open.by_end.values() {
            handle.signal(|signals| signals.close = Some(Close::Stopping));
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Each change is whole, so poison says nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.sockets.open();
        open.by_end.remove(&self.end);
        match open.by_network.get_mut(&self.network) {
            Some(n) if *n > 1 => *n -= 1,
            _ => drop(open.by_network.remove(&self.network)),
        }
        let account = self.handle.account;
        let left = open.by_account.get_mut(&account).map_or(0, |sockets| {
            sockets.retain(|handle| !Arc::ptr_eq(handle, &self.handle));
            sockets.len()
        });
        if left == 0 {
            open.by_account.remove(&account);
        }
    }
}
