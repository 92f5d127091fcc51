//! Seats: asked for, given, left, and handed on.
//!
//! Who gets one is decided by [`school::decide`](crate::school::decide), write by write in the order in which they come, on
//! facts that nothing changes before the verdict is made true in one transaction. The waiting list is a queue of tickets: a
//! tally knows the first that may still wait and the next to give.

use super::{Draft, Obstacle, Table, links};
use crate::course::{CourseId, EnrollmentPolicy};
use crate::school::{
    AccountId, Backing, Enrolling, EventKind, Facts, Left, Link, Origin, Purpose, Refusal, Seat, SeatState, TokenKey,
    Verdict, decide, is_full,
};
use crate::store::keys::{course_key, numbered_key, person_key, seat_key};
use crate::store::records::{
    SeatRecord, TallyRecord, kept, read_number, read_seat, read_tally, write_number, write_seat, write_tally,
};

pub fn enroll(draft: &mut Draft<'_>, enrolling: &Enrolling, origin: Origin) -> Result<Verdict, Obstacle> {
    let Enrolling { account, course, policy, backing } = enrolling;
    let asked = seat(draft, *account, *course)?.map(|record| record.seat.state);
    if *backing == Backing::Answer && asked != Some(SeatState::Requested) {
        // They took it back a moment ago, or have an answer already.
        return Ok(asked.map_or(Verdict::Refuse(Refusal::NotInvited), Verdict::Keep));
    }
    let mut tally = tally(draft, *course)?;
    let moved_up = move_up(draft, *course, policy, &mut tally, origin)?;
    let before = seat(draft, *account, *course)?;
    let invitation = match backing {
        Backing::Invitation(key) => invitation(draft, *key, *course, origin)?,
        Backing::None | Backing::Approval | Backing::Answer => None,
    };
    let facts = Facts {
        seat: before.map(|record| record.seat.state),
        counts: tally.counts,
        invited: invitation.is_some() || matches!(backing, Backing::Approval | Backing::Answer),
        missing: missing(draft, *account, policy)?,
    };
    let verdict = decide(policy, &facts, origin.at);
    if let Verdict::Give(state) = verdict {
        take(draft, *account, *course, before, &mut tally);
        give(draft, *account, *course, state, &mut tally, origin);
        draft.log(kind_of(state, *backing), Some(*account), Some(*course), origin)?;
        if let Some(link) = &invitation {
            links::remove(draft, link);
        }
    }
    if !moved_up.is_empty() || matches!(verdict, Verdict::Give(_)) {
        draft.put(Table::Tallies, &course_key(*course), write_tally(&tally));
    }
    Ok(verdict)
}

pub fn leave(
    draft: &mut Draft<'_>,
    account: AccountId,
    course: CourseId,
    policy: &EnrollmentPolicy,
    origin: Origin,
) -> Result<Left, Obstacle> {
    let Some(before) = seat(draft, account, course)? else { return Ok(Left { had: None, followed_by: Vec::new() }) };
    let mut tally = tally(draft, course)?;
    take(draft, account, course, Some(before), &mut tally);
    draft.remove(Table::Seats, &seat_key(account, course));
    draft.remove(Table::People, &person_key(course, account));
    let kind = if origin.by == Some(account) { EventKind::Left } else { EventKind::Removed };
    draft.log(kind, Some(account), Some(course), origin)?;
    let followed_by = move_up(draft, course, policy, &mut tally, origin)?;
    draft.put(Table::Tallies, &course_key(course), write_tally(&tally));
    Ok(Left { had: Some(before.seat.state), followed_by })
}

/// Gives free places to those who wait, the longest first; a course that is over has none to give.
fn move_up(
    draft: &mut Draft<'_>,
    course: CourseId,
    policy: &EnrollmentPolicy,
    tally: &mut TallyRecord,
    origin: Origin,
) -> Result<Vec<AccountId>, Obstacle> {
    let mut moved_up = Vec::new();
    let is_over = policy.ends.is_some_and(|ends| ends <= origin.at);
    while tally.counts.waiting > 0 && !is_over && !is_full(policy, tally.counts) {
        let Some(account) = first_waiting(draft, course, tally)? else { break };
        let before = seat(draft, account, course)?;
        take(draft, account, course, before, tally);
        give(draft, account, course, SeatState::Enrolled, tally, origin);
        // Whoever made room for them did not do this to them.
        draft.log(EventKind::Enrolled, Some(account), Some(course), Origin { by: None, address: None, ..origin })?;
        moved_up.push(account);
    }
    Ok(moved_up)
}

/// Who waits longest. Tickets of those who gave up are passed over for good.
fn first_waiting(draft: &Draft<'_>, course: CourseId, tally: &mut TallyRecord) -> Result<Option<AccountId>, Obstacle> {
    while tally.first_ticket < tally.next_ticket {
        if let Some(id) = draft.get(Table::Waiting, &numbered_key(course, tally.first_ticket))? {
            return Ok(Some(AccountId(read_number("a place in a waiting list", &id)?)));
        }
        tally.first_ticket += 1;
    }
    Ok(None)
}

/// Takes from the tally and the waiting list what somebody had.
fn take(
    draft: &mut Draft<'_>,
    account: AccountId,
    course: CourseId,
    before: Option<SeatRecord>,
    tally: &mut TallyRecord,
) {
    let Some(SeatRecord { seat, ticket }) = before else {
        draft.put(Table::People, &person_key(course, account), Vec::new());
        return;
    };
    let count = count(tally, seat.state);
    *count = count.saturating_sub(1);
    if seat.state == SeatState::Waiting {
        draft.remove(Table::Waiting, &numbered_key(course, ticket));
    }
}

fn give(
    draft: &mut Draft<'_>,
    account: AccountId,
    course: CourseId,
    state: SeatState,
    tally: &mut TallyRecord,
    origin: Origin,
) {
    *count(tally, state) += 1;
    let mut ticket = 0;
    if state == SeatState::Waiting {
        // Ticket 0 stands for none.
        tally.first_ticket = tally.first_ticket.max(1);
        ticket = tally.next_ticket.max(1);
        tally.next_ticket = ticket + 1;
        draft.put(Table::Waiting, &numbered_key(course, ticket), write_number(account.0));
    }
    let record = SeatRecord { seat: Seat { state, since: kept(origin.at) }, ticket };
    draft.put(Table::Seats, &seat_key(account, course), write_seat(&record));
}

fn count(tally: &mut TallyRecord, state: SeatState) -> &mut u64 {
    match state {
        SeatState::Enrolled => &mut tally.counts.enrolled,
        SeatState::Waiting => &mut tally.counts.waiting,
        SeatState::Requested => &mut tally.counts.requested,
    }
}

fn kind_of(state: SeatState, backing: Backing) -> EventKind {
    match (state, backing) {
        (SeatState::Enrolled, Backing::Approval | Backing::Answer) => EventKind::Approved,
        (SeatState::Enrolled, _) => EventKind::Enrolled,
        (SeatState::Waiting, _) => EventKind::Waiting,
        (SeatState::Requested, _) => EventKind::Requested,
    }
}

fn invitation(draft: &Draft<'_>, key: TokenKey, into: CourseId, origin: Origin) -> Result<Option<Link>, Obstacle> {
    let link = links::valid(draft, key, origin.at)?;
    Ok(link.filter(|link| matches!(link.purpose, Purpose::Invitation { course, .. } if course == into)))
}

/// The required courses in which somebody has no place.
fn missing(draft: &Draft<'_>, account: AccountId, policy: &EnrollmentPolicy) -> Result<Vec<CourseId>, Obstacle> {
    let mut missing = Vec::new();
    for course in &policy.prerequisites {
        if !is_enrolled(draft, account, *course)? {
            missing.push(*course);
        }
    }
    Ok(missing)
}

/// Whether somebody has a place in a course.
pub fn is_enrolled(draft: &Draft<'_>, account: AccountId, course: CourseId) -> Result<bool, Obstacle> {
    Ok(seat(draft, account, course)?.is_some_and(|record| record.seat.state == SeatState::Enrolled))
}

fn seat(draft: &Draft<'_>, account: AccountId, course: CourseId) -> Result<Option<SeatRecord>, Obstacle> {
    let record = draft.get(Table::Seats, &seat_key(account, course))?;
    Ok(record.map(|record| read_seat(account, course, &record)).transpose()?)
}

fn tally(draft: &Draft<'_>, course: CourseId) -> Result<TallyRecord, Obstacle> {
    let record = draft.get(Table::Tallies, &course_key(course))?;
    Ok(record.map(|record| read_tally(course, &record)).transpose()?.unwrap_or_default())
}
