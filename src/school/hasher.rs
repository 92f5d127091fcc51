//! Work on passwords on a pool of its own, so that a storm of sign-ins starves neither readers nor memory.
//!
//! argon2id with OWASP's parameters (19 MiB, two passes, one lane) costs about 20 ms of a core. At most as many run as
//! the pool has threads, so memory is bounded; at most [`MAX_WAITING`] wait, and further ones hear that the school is
//! busy.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc};
use tokio::sync::{Semaphore, oneshot};

use super::PasswordHash;

/// How many hashes may wait: about five seconds of work for one thread.
const MAX_WAITING: usize = 256;

/// Hashes and verifies passwords, and estimates how strong they are.
pub struct Hasher {
    pool: rayon::ThreadPool,
    places: Arc<Semaphore>,
    /// Verified against when there is no such account, so that the answer takes as long.
    nobody: PasswordHash,
    n_computed: AtomicU64,
}

/// A password that could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HasherError {
    /// Too many are waiting.
    #[error("too many passwords are being checked; try again in a few seconds")]
    Busy,
    /// The machine failed: no memory, no threads or no randomness.
    #[error("the password could not be hashed")]
    Failed,
}

impl Hasher {
    /// A pool of half the machine's cores.
    pub fn new() -> Result<Self, HasherError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads((cores / 2).max(1))
            .thread_name(|n| format!("hasher-{n}"))
            .start_handler(|_| give_way())
            .build()
            .map_err(|_| HasherError::Failed)?;
        let nobody = hash("the password of nobody")?;
        Ok(Self { pool, places: Arc::new(Semaphore::new(MAX_WAITING)), nobody, n_computed: AtomicU64::new(0) })
    }

    /// The hash of a new password.
    pub async fn hash(&self, password: String) -> Result<PasswordHash, HasherError> {
        self.n_computed.fetch_add(1, Ordering::Relaxed);
        self.run(move || hash(&password)).await?
    }

    /// Whether a password belongs to an account; takes as long if there is none.
    pub async fn verify(&self, password: String, expected: Option<PasswordHash>) -> Result<bool, HasherError> {
        self.n_computed.fetch_add(1, Ordering::Relaxed);
        let somebody = expected.is_some();
        let expected = expected.unwrap_or_else(|| self.nobody.clone());
        let verified = self.run(move || verify(&password, &expected)).await?;
        Ok(verified && somebody)
    }

    /// How many hashes were asked for so far.
    pub fn n_computed(&self) -> u64 {
        self.n_computed.load(Ordering::Relaxed)
    }

    /// Whether a hash was made with less work than we ask for now.
    pub fn is_weak(&self, hash: &PasswordHash) -> bool {
        let parameters = |hash: &PasswordHash| {
            let hash = phc::PasswordHash::new(&hash.0).ok()?;
            let number = |name: &str| hash.params.get_decimal(name);
            (hash.algorithm.as_str() == "argon2id").then(|| [number("m"), number("t")])
        };
        let (made, ours) = (parameters(hash), parameters(&self.nobody));
        made.is_none_or(|made| ours.is_some_and(|ours| made.iter().zip(&ours).any(|(made, ours)| made < ours)))
    }

    /// Other work that a stranger's password makes us do, in the same queue.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherError> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| HasherError::Busy)?;
        let (answer, answered) = oneshot::channel();
        self.pool.spawn(move || {
            // Who hung up no longer needs an answer; without this a flood of broken requests would do work for nobody.
            if !answer.is_closed() {
                let _ = answer.send(work());
            }
            drop(place);
        });
        answered.await.map_err(|_| HasherError::Failed)
    }
}

/// Lets readers go first on a machine that is busy: whoever signs in waits for milliseconds anyway. On Linux, priority is
/// a thread's own.
#[cfg(target_os = "linux")]
fn give_way() {
    // A system that refuses only leaves all of them equal.
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 10);
}

/// Other systems know one priority for the whole process.
#[cfg(not(target_os = "linux"))]
fn give_way() {}

fn hash(password: &str) -> Result<PasswordHash, HasherError> {
    let hash: phc::PasswordHash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|_| HasherError::Failed)?;
    Ok(PasswordHash(hash.to_string()))
}

fn verify(password: &str, expected: &PasswordHash) -> bool {
    let Ok(expected) = phc::PasswordHash::new(&expected.0) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &expected).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_somebody_is_right() {
        let hasher = Hasher::new().expect("a pool");
        let hash = hasher.hash("correct horse".into()).await.expect("hashed");
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        assert_eq!(hasher.verify("correct horse".into(), Some(hash.clone())).await, Ok(true));
        assert_eq!(hasher.verify("wrong horse".into(), Some(hash)).await, Ok(false));
        assert_eq!(hasher.verify("the password of nobody".into(), None).await, Ok(false));
    }
}
