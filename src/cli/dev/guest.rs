//! `--as NAME`: somebody who is signed in by choice.
//!
//! An instructor is enrolled in the courses they own, as authors want to read what they wrote; everybody else enrolls as
//! every student does, which is what there is to be seen.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::course::{Catalog, CourseId};
use crate::disk;
use crate::school::{
    Account, Backing, Device, Role, School, SchoolError, Token, Username, UsernameKey, ValidRegistration,
};
use crate::site::SiteConfig;

/// Somebody with a session until the preview ends.
pub struct Guest {
    school: Arc<School>,
    runtime: Handle,
    account: Account,
    token: Token,
    /// The courses of their own that they were enrolled in.
    attended: BTreeSet<CourseId>,
}

impl Guest {
    /// Signs `name` in; makes the account if there is none.
    pub fn arrive(school: Arc<School>, runtime: Handle, name: Username, site: &SiteConfig) -> anyhow::Result<Self> {
        let signed_in = runtime.block_on(async {
            let account = match school.account_by_name(name.as_str()).await? {
                Some(account) => account,
                None => register(&school, name, site).await?,
            };
            Ok::<_, anyhow::Error>(school.sign_in(account, Device::new("educa dev", None)).await?)
        })?;
        let attended = BTreeSet::new();
        Ok(Self { school, runtime, account: signed_in.account, token: signed_in.token, attended })
    }

    /// What the server knows them by.
    pub fn token(&self) -> Token {
        self.token.clone()
    }

    /// Such as `signed in as ada-okafor (instructor)`.
    pub fn words(&self) -> String {
        format!("signed in as {} ({})", self.account.username, self.account.role.as_str())
    }

    /// Enrolls an instructor in each course of their own, once.
    pub fn attend(&mut self, catalog: &Catalog) -> Result<(), SchoolError> {
        let key = self.account.username.key();
        let instructors = catalog.instructors.iter();
        let own = instructors.filter(|instructor| UsernameKey::of(instructor.user_name.as_str()) == key);
        let own: BTreeSet<_> = own.map(|instructor| instructor.id).collect();
        for course in catalog.courses.iter().filter(|course| own.contains(&course.owner)) {
            if self.attended.insert(course.id) {
                self.runtime.block_on(self.school.enroll(&self.account, course, Backing::Approval, None))?;
            }
        }
        Ok(())
    }

    /// Ends the session: the next preview may be somebody else's.
    pub fn leave(&self) -> Result<(), SchoolError> {
        self.runtime.block_on(self.school.sign_out(&self.token, None)).map(|_| ())
    }
}

/// An account with a password that nobody knows: `educa user password` sets another.
async fn register(school: &School, username: Username, site: &SiteConfig) -> anyhow::Result<Account> {
    let teaches = disk::exists(&site.content.join("instructors").join(format!("{username}.md")));
    let role = if teaches { Role::Instructor } else { Role::Student };
    let password = Token::random()?.to_text();
    let registration = ValidRegistration { username, email: None, password };
    let registered = school.add_account(registration, role).await?;
    registered.map_err(|_| anyhow::anyhow!("the account was made by somebody else in this moment: try again"))
}
