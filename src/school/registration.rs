//! Registration: what somebody filled in, and what is wrong with it, field by field.

use super::{AccountRules, Email, Username, check_password};

/// A registration as it was filled in.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// The name to sign in with.
    pub username: String,
    /// A mail address, where the form has one; may be empty.
    pub email: String,
    /// The password.
    pub password1: String,
    /// The password again.
    pub password2: String,
}

/// A registration that can become an account, if its name is free.
#[derive(Debug)]
pub struct ValidRegistration {
    /// The name to sign in with.
    pub username: Username,
    /// Where to write to.
    pub email: Option<Email>,
    /// The password.
    pub password: String,
}

/// What is wrong, as sentences by field. The sentences are the reference application's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrationMistakes {
    /// With the name.
    pub username: Vec<String>,
    /// With the mail address.
    pub email: Vec<String>,
    /// With the password.
    pub password1: Vec<String>,
    /// With its repetition, and, as in the reference, with the password's strength.
    pub password2: Vec<String>,
}

impl RegistrationMistakes {
    /// The name belongs to somebody else.
    pub fn name_taken() -> Self {
        Self { username: vec!["A user with that username already exists.".to_owned()], ..Self::default() }
    }
}

const REQUIRED: &str = "This field is required.";

/// A new password as it was filled in, twice.
#[derive(Clone, Default)]
pub struct NewPassword {
    /// The password.
    pub password1: String,
    /// The password again.
    pub password2: String,
}

/// What is wrong with a new password, as sentences by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordMistakes {
    /// With the password.
    pub password1: Vec<String>,
    /// With its repetition and its strength.
    pub password2: Vec<String>,
}

impl NewPassword {
    /// The password, if both are one and it is good for this user.
    pub fn validate(self, username: &str) -> Result<String, PasswordMistakes> {
        let Self { password1, password2 } = self;
        let required = |missing: bool| if missing { vec![REQUIRED.to_owned()] } else { Vec::new() };
        let mistakes = match (password1.is_empty(), password2.is_empty()) {
            (false, false) if password1 != password2 => PasswordMistakes {
                password2: vec!["The two password fields didn't match.".to_owned()],
                ..PasswordMistakes::default()
            },
            (false, false) => {
                PasswordMistakes { password2: check_password(&password1, username), ..PasswordMistakes::default() }
            }
            (first, second) => PasswordMistakes { password1: required(first), password2: required(second) },
        };
        if mistakes == PasswordMistakes::default() { Ok(password1) } else { Err(mistakes) }
    }
}

impl Registration {
    /// Checks every field.
    pub fn validate(self, rules: AccountRules) -> Result<ValidRegistration, RegistrationMistakes> {
        let mut mistakes = RegistrationMistakes::default();
        let username = self.username.parse::<Username>().map_err(|error| mistakes.username.push(error.to_string()));
        let email = match self.email.trim() {
            "" if rules.confirm_email => {
                mistakes.email.push(REQUIRED.to_owned());
                Err(())
            }
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|error: super::NotAnEmail| mistakes.email.push(error.to_string())),
        };
        let password = NewPassword { password1: self.password1, password2: self.password2 };
        match (username, email, password.validate(&self.username)) {
            (Ok(username), Ok(email), Ok(password)) => Ok(ValidRegistration { username, email, password }),
            (_, _, password) => {
                let PasswordMistakes { password1, password2 } = password.err().unwrap_or_default();
                Err(RegistrationMistakes { password1, password2, ..mistakes })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_hears_what_is_wrong_with_it() {
        let registration = Registration { username: "a b".into(), email: "x".into(), ..Registration::default() };
        let mistakes = registration.validate(AccountRules::default()).expect_err("all wrong");
        assert!(mistakes.username[0].starts_with("Enter a valid username."));
        assert_eq!(mistakes.email, ["Enter a valid email address."]);
        assert_eq!(mistakes.password1, ["This field is required."]);
        assert_eq!(mistakes.password2, ["This field is required."]);
    }

    #[test]
    fn passwords_must_match() {
        let registration = Registration {
            username: "ada".into(),
            password1: "correct horse".into(),
            password2: "correct house".into(),
            ..Registration::default()
        };
        let mistakes = registration.validate(AccountRules::default()).expect_err("they differ");
        assert_eq!(mistakes.password2, ["The two password fields didn't match."]);
    }
}
