//! Permitted: a call asks the table of permissions, and has the proof or the error. Row U7.

use super::call::Call;
use super::error::ApiError;
use crate::course::Course;
use crate::school::{AccountId, CourseRight, Staffing, Teaching};

impl Call {
    /// The course of the catalog that an address names.
    pub fn course(&self, id: &str) -> Result<&Course, ApiError> {
        let course = id.parse().ok().and_then(|id| self.publication.catalog.course(id));
        course.ok_or_else(ApiError::not_found)
    }

    /// Proof that who calls may do `R` in the course that an address names.
    pub fn teaching<R: CourseRight>(&self, id: &str) -> Result<Teaching<R>, ApiError> {
        let course = self.course(id)?;
        let teaching = Teaching::of(self.student()?, course, &self.publication.catalog);
        teaching.map_err(|_| ApiError::permission_denied())
    }

    /// Proof that who calls may see what the staff sees.
    pub fn staffing(&self) -> Result<Staffing, ApiError> {
        Staffing::of(self.student()?, &self.publication.catalog).map_err(|_| ApiError::permission_denied())
    }
}

/// The account that an address names, whether there is one or not.
pub fn account_id(id: &str) -> Result<AccountId, ApiError> {
    id.parse().map(AccountId).map_err(|_| ApiError::not_found())
}
