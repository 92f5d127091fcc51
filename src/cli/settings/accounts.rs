//! `[accounts]`: who may have one.

use super::layer::set;
use crate::fields::Fields;
use crate::school::AccountRules;

/// What a layer says of it.
#[derive(Debug, Default)]
pub struct AccountsTable {
    confirm_email: Option<bool>,
}

impl AccountsTable {
    /// Reads the table.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self { confirm_email: fields.optional_flag("confirm_email") }
    }

    /// This where it speaks, `below` where it is silent.
    pub fn over(self, below: Self) -> Self {
        Self { confirm_email: self.confirm_email.or(below.confirm_email) }
    }

    /// Puts it into the rules.
    pub fn into_config(self, rules: &mut AccountRules) {
        set(&mut rules.confirm_email, self.confirm_email);
    }
}
