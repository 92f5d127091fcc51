//! Which courses build upon which: the slugs that authors wrote, found among all courses.
//!
//! A course is kept while its files stay the same, so what others are called is not part of it: it is found here, anew
//! in each build.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::course::{CourseId, Slug};
use crate::diag::{Diagnostic, Diagnostics, Severity, nearest};
use crate::site::curriculum::{Course, Curriculum};

/// What each course requires.
pub struct Prerequisites<'a>(HashMap<CourseId, Vec<&'a Course>>);

impl<'a> Prerequisites<'a> {
    /// Finds them; what there is not, and what requires itself, is reported.
    pub fn new(curriculum: &'a Curriculum, diagnostics: &mut Diagnostics) -> Self {
        let all: HashMap<&Slug, &Course> = curriculum.courses().map(|course| (&course.slug, &**course)).collect();
        let mut found = HashMap::new();
        for course in curriculum.courses().filter(|course| !course.prerequisites.is_empty()) {
            let mut required: Vec<&Course> = Vec::new();
            for (slug, span) in &course.prerequisites {
                let known = slug.parse::<Slug>().ok().and_then(|slug| all.get(&slug).copied());
                match known {
                    Some(other) if other.id == course.id => {
                        let diagnostic = course.document.error(span.clone(), "this course requires itself");
                        diagnostics.push(diagnostic.help("remove it from the list"));
                    }
                    Some(other) if required.iter().any(|before| before.id == other.id) => {}
                    Some(other) => required.push(other),
                    None => missing(curriculum, course, slug, span.clone(), diagnostics),
                }
            }
            found.insert(course.id, required);
        }
        let prerequisites = Self(found);
        prerequisites.check_circles(curriculum, diagnostics);
        prerequisites
    }

    /// What one course requires.
    pub fn of(&self, course: &Course) -> &[&'a Course] {
        self.0.get(&course.id).map_or(&[], Vec::as_slice)
    }

    /// Says so wherever a course requires one that, in the end, requires it.
    fn check_circles(&self, curriculum: &Curriculum, diagnostics: &mut Diagnostics) {
        let tied = self.tied();
        for course in curriculum.courses().filter(|course| tied.contains(&course.id)) {
            for required in self.of(course) {
                let Some(way) = self.way(required, course.id) else { continue };
                let names: Vec<_> = way.iter().map(|course| course.slug.as_str()).collect();
                let message =
                    format!("in the end this course requires itself: {} → {}", course.slug, names.join(" → "));
                let is_it = |(slug, _): &&(String, _)| *slug == required.slug.as_str();
                let Some((_, span)) = course.prerequisites.iter().find(is_it) else { continue };
                let diagnostic = course.document.error(span.clone(), message);
                diagnostics.push(diagnostic.help("nobody could begin: take one of them out of `prerequisites`"));
            }
        }
    }

    /// The courses that are left when those whose requirements are met are taken away again and again: few or none, so that
    /// ways are looked for among them alone.
    fn tied(&self) -> HashSet<CourseId> {
        let mut tied: HashSet<CourseId> = self.0.keys().copied().collect();
        loop {
            let is_tied = |course: &CourseId| self.0[course].iter().any(|required| tied.contains(&required.id));
            let still: HashSet<_> = tied.iter().copied().filter(is_tied).collect();
            if still.len() == tied.len() {
                return still;
            }
            tied = still;
        }
    }

    /// The shortest way from a course to one that it requires in the end.
    fn way(&self, from: &'a Course, to: CourseId) -> Option<Vec<&'a Course>> {
        let mut before: HashMap<CourseId, Option<&'a Course>> = HashMap::from([(from.id, None)]);
        let mut next = VecDeque::from([from]);
        while let Some(course) = next.pop_front() {
            if course.id == to {
                let way = std::iter::successors(Some(course), |course| before.get(&course.id).copied().flatten());
                let mut way: Vec<_> = way.collect();
                way.reverse();
                return Some(way);
            }
            for required in self.of(course) {
                before.entry(required.id).or_insert_with(|| {
                    next.push_back(required);
                    Some(course)
                });
            }
        }
        None
    }
}

/// Says that there is no such course; one that has mistakes of its own was reported for those.
fn missing(
    curriculum: &Curriculum,
    course: &Course,
    slug: &str,
    span: std::ops::Range<usize>,
    diagnostics: &mut Diagnostics,
) {
    let ending = format!("/{slug}/course.md");
    let file = curriculum.files.iter().find(|file| file.path.ends_with(&ending));
    let is_wrong = |said: &Diagnostic, shown: &str| said.path == shown && said.severity == Severity::Error;
    if file.is_some_and(|file| diagnostics.iter().any(|said| is_wrong(said, &file.shown))) {
        return;
    }
    let slugs = curriculum.courses().filter(|other| other.id != course.id).map(|other| other.slug.as_str());
    let (message, help) = match (file, nearest(slug, slugs)) {
        (Some(_), _) => {
            (format!("the course \"{slug}\" is not published"), "publish it, or remove it from the list".to_owned())
        }
        (None, Some(near)) => (format!("there is no course \"{slug}\""), format!("did you mean \"{near}\"?")),
        (None, None) => (format!("there is no course \"{slug}\""), "write the slug of another course".to_owned()),
    };
    diagnostics.push(course.document.error(span, message).help(help));
}
