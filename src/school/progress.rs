//! Progress: which modules of a course somebody has done, as they say themselves.
//!
//! A module is known by its slug, so what an author moves stays done. What was removed or renamed is not counted, and is
//! forgotten when its room is needed: nobody has more modules done than their course has.

use jiff::Timestamp;

use super::AccountId;
use crate::course::{Course, CourseId, Module, Slug};

/// The modules of one course that somebody has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// By slug, none twice.
    done: Vec<(Slug, Timestamp)>,
}

/// Somebody says of a module that it is done, or that it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marking {
    /// Who.
    pub account: AccountId,
    /// In which course.
    pub course: CourseId,
    /// Which module.
    pub module: Slug,
    /// What they say.
    pub mark: Mark,
}

/// What is said of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// It is done. With the modules that the course has now.
    Done(Vec<Slug>),
    /// It is not.
    Open,
}

impl Progress {
    /// These modules, if none stands there twice.
    pub fn new(mut done: Vec<(Slug, Timestamp)>) -> Option<Self> {
        done.sort();
        let twice = done.windows(2).any(|pair| pair[0].0 == pair[1].0);
        (!twice).then_some(Self { done })
    }

    /// The modules, by slug, with when each was done; those too that the course does not have any more.
    pub fn done(&self) -> &[(Slug, Timestamp)] {
        &self.done
    }

    /// When a module was done.
    pub fn done_at(&self, module: &Module) -> Option<Timestamp> {
        let at = self.done.binary_search_by(|(slug, _)| slug.as_str().cmp(module.slug())).ok()?;
        Some(self.done[at].1)
    }

    /// The modules of a course that are done, in its order.
    pub fn of<'a>(&self, course: &'a Course) -> impl Iterator<Item = (&'a Module, Timestamp)> {
        course.modules.iter().filter_map(|module| Some((module, self.done_at(module)?)))
    }

    /// The first module of a course that is not done.
    pub fn next<'a>(&self, course: &'a Course) -> Option<&'a Module> {
        course.modules.iter().find(|module| self.done_at(module).is_none())
    }

    /// What it is once something is said of a module. The first time that it was done counts.
    #[must_use]
    pub fn marked(&self, module: &Slug, mark: &Mark, at: Timestamp) -> Self {
        let mut done = self.done.clone();
        let place = done.binary_search_by(|(slug, _)| slug.cmp(module));
        match (mark, place) {
            (Mark::Done(modules), Err(place)) => {
                done.insert(place, (module.clone(), at));
                if done.len() > modules.len() {
                    done.retain(|(slug, _)| modules.contains(slug));
                }
            }
            (Mark::Open, Ok(place)) => {
                done.remove(place);
            }
            (Mark::Done(_), Ok(_)) | (Mark::Open, Err(_)) => {}
        }
        Self { done }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slugs(names: &str) -> Vec<Slug> {
        names.split(' ').map(|name| name.parse().expect("a slug")).collect()
    }

    fn after(marks: &[(&str, Mark)]) -> String {
        let mut progress = Progress::default();
        for (second, (module, mark)) in marks.iter().enumerate() {
            let at = Timestamp::from_second(second as i64).expect("a time");
            progress = progress.marked(&slugs(module)[0], mark, at);
        }
        let shown = |(slug, at): &(Slug, Timestamp)| format!("{slug}@{}", at.as_second());
        progress.done().iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_first_time_counts_until_it_is_taken_back() {
        let done = || Mark::Done(slugs("a b c"));
        assert_eq!(after(&[("b", done()), ("a", done()), ("b", done())]), "a@1 b@0");
        assert_eq!(after(&[("b", done()), ("b", Mark::Open), ("b", Mark::Open), ("b", done())]), "b@3");
    }

    #[test]
    fn what_a_course_lost_gives_way_when_its_room_is_needed() {
        let (before, after_it) = (|| Mark::Done(slugs("a b")), || Mark::Done(slugs("b c")));
        assert_eq!(after(&[("a", before()), ("c", after_it())]), "a@0 c@1", "a may come back");
        assert_eq!(after(&[("a", before()), ("c", after_it()), ("b", after_it())]), "b@2 c@1");
    }

    #[test]
    fn no_module_stands_there_twice() {
        let at = Timestamp::UNIX_EPOCH;
        let of = |names: &str| Progress::new(slugs(names).into_iter().map(|slug| (slug, at)).collect());
        assert_eq!(of("b a").expect("sound").done()[0].0.as_str(), "a");
        assert_eq!(of("a b a"), None);
    }
}
