//! Single-use links as records.

use serde::{Deserialize, Serialize};

use super::codec::{course, damaged, decode, encode, time};
use crate::school::{AccountId, Email, Link, Purpose, StoreError, TokenKey};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct LinkRecord {
    purpose: PurposeRecord,
    created: i64,
    expires: i64,
}

/// Written as the variant's position: append only.
#[derive(Serialize, Deserialize)]
enum PurposeRecord {
    ConfirmEmail { account: u64, email: String },
    ResetPassword { account: u64, generation: u32 },
    Invitation { course: u32, email: Option<String>, by: u64 },
    ResetPasswordAt { account: u64, generation: u32, email: String },
}

pub fn write_link(link: &Link) -> Vec<u8> {
    let purpose = match &link.purpose {
        Purpose::ConfirmEmail { account, email } => {
            PurposeRecord::ConfirmEmail { account: account.0, email: email.as_str().to_owned() }
        }
        Purpose::ResetPassword { account, generation, email: None } => {
            PurposeRecord::ResetPassword { account: account.0, generation: *generation }
        }
        Purpose::ResetPassword { account, generation, email: Some(email) } => PurposeRecord::ResetPasswordAt {
            account: account.0,
            generation: *generation,
            email: email.as_str().to_owned(),
        },
        Purpose::Invitation { course, email, by } => PurposeRecord::Invitation {
            course: course.get(),
            email: email.as_ref().map(|email| email.as_str().to_owned()),
            by: by.0,
        },
    };
    let (created, expires) = (link.created.as_microsecond(), link.expires.as_microsecond());
    encode(VERSION, &LinkRecord { purpose, created, expires })
}

pub fn read_link(key: TokenKey, bytes: &[u8]) -> Result<Link, StoreError> {
    let what = || "a link".to_owned();
    let record: LinkRecord = decode(VERSION, bytes, what)?;
    let email = |text: String| text.parse::<Email>().map_err(|_| damaged(what));
    let purpose = match record.purpose {
        PurposeRecord::ConfirmEmail { account, email: text } => {
            Purpose::ConfirmEmail { account: AccountId(account), email: email(text)? }
        }
        PurposeRecord::ResetPassword { account, generation } => {
            Purpose::ResetPassword { account: AccountId(account), generation, email: None }
        }
        PurposeRecord::ResetPasswordAt { account, generation, email: text } => {
            Purpose::ResetPassword { account: AccountId(account), generation, email: Some(email(text)?) }
        }
        PurposeRecord::Invitation { course: number, email: text, by } => Purpose::Invitation {
            course: course(number, what)?,
            email: text.map(email).transpose()?,
            by: AccountId(by),
        },
    };
    Ok(Link { key, purpose, created: time(record.created, what)?, expires: time(record.expires, what)? })
}
