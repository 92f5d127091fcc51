//! Registration: what somebody filled in, and what is wrong with it, field by field.

use super::{Email, Username, check_password};

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

impl Registration {
    /// Checks every field.
    pub fn validate(self) -> Result<ValidRegistration, RegistrationMistakes> {
        let mut mistakes = RegistrationMistakes::default();
        let username = self.username.parse::<Username>().map_err(|error| mistakes.username.push(error.to_string()));
        let email = match self.email.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|error: super::NotAnEmail| mistakes.email.push(error.to_string())),
        };
        let required = || vec!["This field is required.".to_owned()];
        match (self.password1.is_empty(), self.password2.is_empty()) {
            (false, false) if self.password1 != self.password2 => {
                mistakes.password2.push("The two password fields didn't match.".to_owned());
            }
            (false, false) => mistakes.password2 = check_password(&self.password1, &self.username),
            (first_missing, second_missing) => {
                mistakes.password1 = if first_missing { required() } else { Vec::new() };
                mistakes.password2 = if second_missing { required() } else { Vec::new() };
            }
        }
        match (username, email) {
            (Ok(username), Ok(email)) if mistakes == RegistrationMistakes::default() => {
                Ok(ValidRegistration { username, email, password: self.password1 })
            }
            _ => Err(mistakes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_hears_what_is_wrong_with_it() {
        let registration = Registration { username: "a b".into(), email: "x".into(), ..Registration::default() };
        let mistakes = registration.validate().expect_err("all wrong");
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
        let mistakes = registration.validate().expect_err("they differ");
        assert_eq!(mistakes.password2, ["The two password fields didn't match."]);
    }
}
