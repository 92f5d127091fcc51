//! Verbs: what each write does, as a function on a draft of what there is.
//!
//! Nothing here waits, flushes or changes anything: a carrier runs these one after another, each on what those before it
//! left, and makes the changes of a draft, all of them or none, if its verb did not fail.

mod accounts;
mod sessions;
mod tokens;
mod links;
mod letters;
mod seats;
mod progress;
mod messages;
mod rooms;

pub use accounts::{add_account, disable, enable, end_sessions, forget_inactive, rehash, set_password, set_role};
pub use letters::{add_letter, claim_letter, put_off_letter, remove_letter};
pub use links::{add_link, confirm_email, remove_expired_links, reset_password, revoke_invitation};
pub use messages::{add_message, last_message_id, mute, remove_message};
pub use progress::mark_module;
pub use rooms::{add_report, dismiss_reports, read_up_to, send_digest, set_digest};
pub use seats::{enroll, leave};
pub use sessions::{add_session, remove_expired_sessions, remove_session, touch_session};
pub use tokens::{add_token, remove_expired_tokens, remove_token, remove_tokens_of, renew_token, touch_token};

use super::table::{Draft, Obstacle, Table};
use crate::school::Found;
