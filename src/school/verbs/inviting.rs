//! Invitations: links that let their holders into a course, once.

use std::net::IpAddr;

use crate::course::{Course, CourseId};
use crate::school::{
    Account, Backing, Budget, Email, Enrolling, EventKind, Found, Invite, Letter, Link, Purpose, School, SchoolError,
    Teaching, Token, TokenKey, TooEarly, Verdict,
};

impl School {
    /// Whether as many may be invited at once by whoever teaches, into whichever courses; else how long to wait.
    pub fn may_invite(&self, teaching: &Teaching<Invite>, n: usize) -> Result<(), TooEarly> {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        self.throttle.spend(Budget::INVITATIONS, &teaching.by().0.to_be_bytes(), n, self.clock.now())
    }

    /// Makes an invitation into a course, and queues the letter that `write` makes of it; without an address there is no
    /// letter, and whoever is given the token may use it.
    pub async fn invite(
        &self,
        teaching: &Teaching<Invite>,
        email: Option<Email>,
        write: impl FnOnce(&Email, &Token) -> Letter,
        address: Option<IpAddr>,
    ) -> Result<Token, SchoolError> {
        let token = Token::random()?;
        let origin = self.origin_of(teaching, address);
        let letter = email.as_ref().map(|email| write(email, &token));
        let purpose = Purpose::Invitation { course: teaching.course(), email, by: teaching.by() };
        let expires = origin.at + purpose.lifetime();
        let link = Link { key: token.key(), purpose, created: origin.at, expires };
        self.store.add_link(link, letter, Some(EventKind::Invited), origin).await?;
        Ok(token)
    }

    /// The invitations into a course that can still be used, the oldest first.
    pub async fn invitations(&self, teaching: &Teaching<Invite>) -> Result<Vec<Link>, SchoolError> {
        let mut links = self.store.invitations(teaching.course()).await?;
        let now = self.clock.now();
        links.retain(|link| link.expires > now);
        Ok(links)
    }

    /// Makes an invitation into this course worth nothing.
    pub async fn revoke(
        &self,
        teaching: &Teaching<Invite>,
        key: TokenKey,
        address: Option<IpAddr>,
    ) -> Result<Found, SchoolError> {
        let origin = self.origin_of(teaching, address);
        Ok(self.store.revoke_invitation(key, teaching.course(), origin).await?)
    }

    /// The course that a token invites into, if it can still be used.
    pub async fn invited_into(&self, token: &Token) -> Result<Option<CourseId>, SchoolError> {
        let link = self.store.link(token.key()).await?.filter(|link| link.expires > self.clock.now());
        Ok(link.and_then(|link| match link.purpose {
            Purpose::Invitation { course, .. } => Some(course),
            Purpose::ConfirmEmail { .. } | Purpose::ResetPassword { .. } => None,
        }))
    }

    /// Asks for a seat with an invitation, which is used up if one is given.
    pub async fn accept(
        &self,
        account: &Account,
        course: &Course,
        token: &Token,
        address: Option<IpAddr>,
    ) -> Result<Verdict, SchoolError> {
        let (policy, backing) = (course.enrollment.clone(), Backing::Invitation(token.key()));
        let enrolling = Enrolling { account: account.id, course: course.id, policy, backing };
        Ok(self.store.enroll(enrolling, self.origin(Some(account), address)).await?)
    }
}
