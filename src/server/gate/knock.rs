//! Who may have a published file.

use http::HeaderMap;

use crate::course::{Audience, Catalog};
use crate::school::{Account, Denied, File, Pass, Standing, admit};
use crate::server::app::App;
use crate::server::identity::Caller;
use crate::server::problem::Problem;

/// Whether whoever sent these headers may have the file, and who they are, if the file is not for everyone.
pub async fn knock(
    app: &App,
    catalog: &Catalog,
    headers: &HeaderMap,
    file: File,
) -> Result<(Option<Account>, Result<Pass<File>, Denied>), Problem> {
    let Audience::Enrolled(course) = file.published.audience else {
        return Ok((None, admit(&Standing::unknown(), file)));
    };
    let Caller(account) = Caller::of(&app.school, headers).await?;
    let standing = app.school.standing(account.as_ref(), course, catalog).await?;
    Ok((account, admit(&standing, file)))
}
