//! What becomes of a theme's assets, and the forms in which files are published besides their own.

use crate::support::{Server, Site};

/// The address of the style sheet that a page names.
fn style_sheet(page: &str) -> String {
    let start = page.find("/assets/school.").expect("a style sheet");
    page[start..].split('"').next().expect("an end").to_owned()
}

#[tokio::test]
async fn style_sheets_lose_comments_and_the_servers_own_pages_name_the_same_file() {
    for minify in [true, false] {
        let mut site = Site::smallest();
        site.config.minify = minify;
        let server = Server::over(site).await;
        let sheet = style_sheet(&server.site.read("public/index.html"));
        assert_eq!(style_sheet(&server.visitor().get("/accounts/login/").await.text().await.expect("a page")), sheet);
        let css = server.site.read(&format!("public{sheet}"));
        assert_eq!(css.contains("/*"), !minify, "{sheet}");
    }
}
