//! Who may have a published file.

use http::HeaderMap;

use crate::course::{Audience, Catalog};
use crate::school::{Denied, File, Pass, Standing, admit};
use crate::server::app::App;
use crate::server::identity::Caller;
use crate::server::problem::Problem;

/// Whether whoever sent these headers may have the file, and how they stand to its course.
pub async fn knock(
    app: &App,
    catalog: &Catalog,
    headers: &HeaderMap,
    file: File,
) -> Result<(Standing, Result<Pass<File>, Denied>), Problem> {
    let standing = match file.published.audience {
        Audience::Everyone => Standing::unknown(),
        Audience::Enrolled(course) => {
            let Caller(account) = Caller::of(&app.school, headers).await?;
            app.school.standing(account.as_ref(), course, catalog).await?
        }
    };
    let decided = admit(&standing, file);
    Ok((standing, decided))
}
