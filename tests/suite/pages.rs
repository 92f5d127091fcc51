//! Rows U, E: the main walk of a student through the server's pages.

use crate::support::{PASSWORD, Server, location};

#[tokio::test]
async fn a_student_registers_enrolls_and_reads() {
    let server = Server::start().await;
    let visitor = server.visitor();
    assert_eq!(location(&visitor.get("/course/sets/basics/").await), "/accounts/login/?next=/course/sets/basics/");
    let form = [("username", "ada"), ("password1", PASSWORD), ("password2", PASSWORD)];
    assert_eq!(location(&visitor.post("/students/register/", &form).await), "/students/courses/");
    assert!(visitor.read("/students/courses/").await.contains("You are not enrolled in any courses yet."));
    assert_eq!(visitor.get("/course/sets/basics/").await.status(), 403);
    visitor.enroll("1").await;
    assert_eq!(location(&visitor.get("/students/course/1/").await), "/course/sets/basics/");
    assert!(visitor.read("/course/sets/basics/").await.contains("The secret of unions."));
}
