//! Device tokens: how a browser shows that somebody signed in to an account with it before.
//!
//! Who floods a name with wrong passwords delays everybody who signs in under it, but for browsers that show such a token:
//! their failures are counted on their own (OWASP's device cookies). It is worth nothing else.

use super::{AccountId, Token};

/// A token that a browser keeps: an account, a number of its own, and the school's seal over both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceToken {
    account: AccountId,
    number: [u8; 16],
    seal: blake3::Hash,
}

/// The key of the school's seals.
#[derive(Clone, Copy)]
pub struct SealKey(pub [u8; 32]);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(…)")
    }
}

impl DeviceToken {
    /// A new one for an account.
    pub(super) fn new(account: AccountId, key: &SealKey, random: &Token) -> Self {
        let mut number = [0; 16];
        number.copy_from_slice(&random.key().0[..16]);
        Self { account, number, seal: seal(account, &number, key) }
    }

    /// Reads the text form; nothing if it is anything else. Whether it is genuine, the school knows.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let account = AccountId(parts.next()?.parse().ok()?);
        let number = u128::from_str_radix(parts.next().filter(|part| part.len() == 32)?, 16).ok()?.to_be_bytes();
        let seal = blake3::Hash::from_hex(parts.next()?).ok()?;
        Some(Self { account, number, seal })
    }

    /// The text form, for a cookie.
    pub fn to_text(&self) -> String {
        format!("{}.{:032x}.{}", self.account, u128::from_be_bytes(self.number), self.seal.to_hex())
    }

    /// Whose it is, as it says.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// What its failures are counted under, if it is genuine and this account's. Comparing seals takes the same time
    /// however much of them is equal.
    pub(super) fn number_for(&self, account: AccountId, key: &SealKey) -> Option<[u8; 16]> {
        let genuine = self.seal == seal(self.account, &self.number, key);
        (genuine && self.account == account).then_some(self.number)
    }
}

fn seal(account: AccountId, number: &[u8; 16], key: &SealKey) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    hasher.update(b"device").update(&account.0.to_be_bytes()).update(number);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_school_sealed_is_genuine() {
        let (key, other) = (SealKey([1; 32]), SealKey([2; 32]));
        let token = DeviceToken::new(AccountId(7), &key, &Token::random().expect("random"));
        let read = DeviceToken::parse(&token.to_text()).expect("its own form");
        assert_eq!(read.number_for(AccountId(7), &key), Some(token.number));
        assert_eq!(read.number_for(AccountId(8), &key), None);
        assert_eq!(read.number_for(AccountId(7), &other), None);
        let forged = token.to_text().replacen("7.", "8.", 1);
        assert_eq!(DeviceToken::parse(&forged).expect("the form").number_for(AccountId(8), &key), None);
        for text in ["", "7", "7.x.y", "7.00.00", "x"] {
            assert_eq!(DeviceToken::parse(text), None, "{text}");
        }
    }
}
