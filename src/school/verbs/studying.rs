//! How far somebody is in their courses.

use std::collections::BTreeMap;

use crate::course::{Course, CourseId};
use crate::school::{Account, Mark, Marking, Pass, Progress, School, SchoolError, Study};

impl School {
    /// Somebody has done a module.
    pub async fn finish_module(&self, study: &Pass<Study<'_>>, account: &Account) -> Result<Progress, SchoolError> {
        let modules = study.thing().course.modules.iter();
        let modules = modules.filter_map(|module| module.slug().parse().ok()).collect();
        self.mark(study, account, Mark::Done(modules)).await
    }

    /// Somebody has not done a module after all.
    pub async fn reopen_module(&self, study: &Pass<Study<'_>>, account: &Account) -> Result<Progress, SchoolError> {
        self.mark(study, account, Mark::Open).await
    }

    /// What somebody has done, in all courses.
    pub async fn my_progress(&self, account: &Account) -> Result<BTreeMap<CourseId, Progress>, SchoolError> {
        Ok(self.store.progress_of(account.id).await?.into_iter().collect())
    }

    async fn mark(&self, study: &Pass<Study<'_>>, account: &Account, mark: Mark) -> Result<Progress, SchoolError> {
        let Study { course: Course { id, .. }, module } = *study.thing();
        // The build made it of a slug.
        let Ok(module) = module.slug().parse() else { return Ok(self.store.progress(account.id, *id).await?) };
        let marking = Marking { account: account.id, course: *id, module, mark };
        Ok(self.store.mark_module(marking, self.clock.now()).await?)
    }
}
