//! What somebody can do about a course, as pages show it: the account bar, the enroll page, the page that refuses. Rows C8
//! and C9.

use super::draw::contents_address;
use crate::course::{Catalog, Course, CourseId, EnrollmentPolicy, routes};
use crate::school::{Account, Outlook, Refusal, SeatState, Verdict};
use crate::server::app::App;
use crate::server::local_path::LocalPath;
use crate::server::problem::Problem;
use crate::theme::{CourseLink, EnrollmentView};

/// What somebody can do about a course; `here` is where they come back to.
pub async fn enrollment(
    app: &App,
    catalog: &Catalog,
    account: Option<&Account>,
    course: &Course,
    here: &LocalPath,
) -> Result<EnrollmentView, Problem> {
    let outlook = app.school.outlook(account, course, false).await?;
    Ok(view(&outlook, account.is_some(), catalog, course.id, here))
}

/// The same for an outlook that is known.
pub fn view(
    outlook: &Outlook,
    signed_in: bool,
    catalog: &Catalog,
    course: CourseId,
    here: &LocalPath,
) -> EnrollmentView {
    let (state, at) = state(outlook);
    let requires = match &outlook.verdict {
        Verdict::Refuse(Refusal::Prerequisites(courses)) => course_links(catalog, courses),
        _ => Vec::new(),
    };
    EnrollmentView {
        state,
        signed_in,
        id: course.get(),
        waiting: outlook.counts.waiting,
        at,
        requires,
        contents: contents_address(course),
        register: here.as_parameter_of("/students/register/", "next").to_string(),
        login: here.as_parameter_of("/accounts/login/", "next").to_string(),
    }
}

/// The name of what can be done, with the date that belongs to it.
fn state(outlook: &Outlook) -> (&'static str, Option<String>) {
    let has = outlook.seat.map(|seat| seat.state);
    if let (Some(SeatState::Enrolled), Some(begins)) = (has, outlook.begins) {
        return ("not_begun", Some(begins.to_string()));
    }
    match (has, &outlook.verdict) {
        (Some(SeatState::Enrolled), _) => ("enrolled", None),
        (Some(SeatState::Waiting), _) => ("waiting", None),
        // Somebody asked, and then the course was opened to all: they can have what everybody can.
        (Some(SeatState::Requested), Verdict::Keep(_) | Verdict::Refuse(_)) => ("requested", None),
        (_, Verdict::Give(SeatState::Enrolled) | Verdict::Keep(_)) => ("open", None),
        (_, Verdict::Give(SeatState::Waiting)) => ("full", None),
        (_, Verdict::Give(SeatState::Requested)) => ("ask", None),
        (None, Verdict::Refuse(refusal)) => refused(refusal),
    }
}

fn refused(refusal: &Refusal) -> (&'static str, Option<String>) {
    match refusal {
        Refusal::Closed => ("closed", None),
        Refusal::NotYet(opens) => ("not_yet", Some(opens.to_string())),
        Refusal::Over(end) => ("over", Some(EnrollmentPolicy::last_moment(*end).to_string())),
        Refusal::NotInvited => ("invitation", None),
        Refusal::Prerequisites(_) => ("requires", None),
    }
}

/// Links to the courses that are published.
pub fn course_links(catalog: &Catalog, courses: &[CourseId]) -> Vec<CourseLink> {
    let link = |course: &Course| CourseLink {
        title: course.title.clone(),
        address: routes::course(&course.slug).href(),
        lang: course.lang.to_string(),
        dir: course.dir.as_str(),
    };
    courses.iter().filter_map(|id| catalog.course(*id)).map(link).collect()
}
