//! What was made of each course, kept while the preview runs: what is made of the very same course is the same.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::digest::Digest;
use crate::site::curriculum::Course;

/// Something made of each course of the last build.
pub struct ByCourse<T> {
    basis: Option<Digest>,
    /// By where the course is in memory; it stays there, because it is kept too.
    made: HashMap<usize, (Arc<Course>, Arc<T>)>,
}

impl<T> Default for ByCourse<T> {
    fn default() -> Self {
        Self { basis: None, made: HashMap::new() }
    }
}

impl<T: Send + Sync> ByCourse<T> {
    /// What is made of each course, in their order: known, or made now. `basis` is the identity of whatever else it is
    /// made of.
    pub fn of<E: Send>(
        &mut self,
        basis: Digest,
        courses: &[&Arc<Course>],
        make: impl Fn(usize, &Course) -> Result<T, E> + Sync,
    ) -> Result<Vec<Arc<T>>, E> {
        let mut last = std::mem::take(&mut self.made);
        if self.basis.replace(basis) != Some(basis) {
            last.clear();
        }
        let known = |course: &Arc<Course>| last.get(&place(course)).map(|(_, made)| made.clone());
        let one =
            |(at, course): (usize, &&Arc<Course>)| known(course).map_or_else(|| make(at, course).map(Arc::new), Ok);
        let made: Vec<_> = courses.par_iter().enumerate().map(one).collect::<Result<_, E>>()?;
        let kept = courses.iter().zip(&made).map(|(course, made)| (place(course), (Arc::clone(course), made.clone())));
        self.made = kept.collect();
        Ok(made)
    }
}

impl<T> ByCourse<T> {
    /// What was made of the courses of the last build, in no order.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.made.values().map(|(_, made)| &**made)
    }
}

fn place(course: &Arc<Course>) -> usize {
    Arc::as_ptr(course).addr()
}
