//! All routes on one screen.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, any, get, post};
use tower::ServiceExt as _;

use super::app::App;
use super::hosts::Hosts;
use super::middleware::{Door, Files};
use super::preview::{self, Preview};
use super::{api, edge, files, gate, live, middleware, operation, pages};

/// The whole server as one service.
pub fn router(app: App, hosts: Hosts) -> Door {
    middleware::stack(before_routing(routes(&app)), &app, hosts, Files::AtTheDoor)
}

/// The same as an author's preview: pages that hear of new builds, and routes that nobody else has.
pub fn preview_router(app: App, hosts: Hosts, preview: Arc<Preview>) -> Router {
    let routes = before_routing(routes(&app).merge(preview::routes(preview.clone())));
    let routes = preview::around_routes(routes, preview.clone(), app.school.clone());
    preview::around_all(middleware::stack(routes, &app, hosts, Files::BehindTheRoutes), preview)
}

fn routes(app: &App) -> Router {
    Router::new()
        .merge(account_routes())
        // students
        .page("/students/courses/", get(pages::my_courses))
        .page("/students/enroll-course/", get(pages::enroll_form).post(pages::enroll))
        .page("/students/leave-course/", post(pages::leave))
        .page("/students/course/{id}/", get(pages::course).layer(from_fn_with_state(app.clone(), edge::give)))
        .page("/students/course/{id}/done/", get(pages::course).post(pages::done))
        .page("/students/course/{id}/{number}/", get(pages::module).layer(from_fn_with_state(app.clone(), edge::give)))
        .page("/students/invitation/{token}/", get(pages::invitation).post(pages::accept))
        .page("/students/online/", get(pages::online))
        .page("/chat/room/{id}/", get(pages::room).post(pages::say))
        .page("/chat/room/{id}/remove/", post(pages::take_back))
        .page("/chat/room/{id}/report/", post(pages::report))
        // instructors
        .page("/teach/", get(pages::teach))
        .page("/teach/{id}/", get(pages::people))
        .page("/teach/{id}/approve/", post(pages::approve))
        .page("/teach/{id}/remove/", post(pages::remove))
        .page("/teach/{id}/invitations/", get(pages::invitations).post(pages::invite))
        .page("/teach/{id}/invitations/revoke/", post(pages::revoke))
        .page("/teach/{id}/chat/", get(pages::moderation))
        .page("/teach/{id}/chat/remove/", post(pages::remove_message))
        .page("/teach/{id}/chat/mute/", post(pages::mute))
        .page("/teach/{id}/chat/dismiss/", post(pages::dismiss))
        // the staff
        .page("/admin/", get(pages::admin))
        .page("/admin/people/", get(pages::accounts))
        .page("/admin/people/{id}/", get(pages::account))
        .page("/admin/courses/", get(pages::courses))
        .page("/admin/enrollments/", get(pages::enrollments))
        .page("/admin/events/", get(pages::events))
        .merge(api_routes())
        // sockets
        .route("/ws/chat/room/{id}/", any(live::chat))
        .route("/ws/presence/", any(live::presence))
        .route("/ws/presence/{id}/", any(live::course_presence))
        .route("/ws/", any(live::nowhere))
        .route("/ws/{*path}", any(live::nowhere))
        // for operators
        .route("/health/live", get(operation::live))
        .route("/health/ready", get(operation::ready))
        // for front servers
        .route("/gate/check", any(gate::check))
        .page("/gate/renew/", get(edge::renew))
        // everything that was built
        .fallback(files::serve)
        .layer(from_fn(operation::name_route))
        .with_state(app.clone())
}

/// Who somebody is here, and how they prove it.
fn account_routes() -> Router<App> {
    Router::new()
        .page("/accounts/login/", get(pages::login_form).post(pages::login))
        .page("/accounts/logout/", get(pages::logout_form).post(pages::logout))
        .page("/accounts/bar/", get(pages::bar))
        .page("/accounts/", get(pages::my_account))
        .page("/accounts/password/", get(pages::password_form).post(pages::change_password))
        .page("/accounts/email/", get(pages::email_form).post(pages::change_email))
        .page("/accounts/sessions/", get(pages::sessions).post(pages::end_sessions))
        .page("/accounts/tokens/", get(pages::tokens).post(pages::change_tokens))
        .page("/accounts/digest/", get(pages::digest_form).post(pages::change_digest))
        .page("/accounts/reset/", get(pages::reset_form).post(pages::ask_reset))
        .page("/accounts/reset/sent/", get(pages::reset_sent))
        .page("/accounts/reset/done/", get(pages::reset_done))
        .page("/accounts/reset/{token}/", get(pages::new_password_form).post(pages::reset))
        .page("/accounts/confirm/sent/", get(pages::confirm_sent))
        .page("/accounts/confirm/{token}/", get(pages::confirm_form).post(pages::confirm))
        .page("/students/register/", get(pages::register_form).post(pages::register))
}

/// The API: its handlers see every method, because they check who calls before they say 405.
fn api_routes() -> Router<App> {
    Router::new()
        .page("/api/", any(api::index))
        .page("/api/subjects/", any(api::subjects))
        .page("/api/subjects/{id}/", any(api::subject))
        .page("/api/courses/", any(api::courses))
        .page("/api/courses/{id}/", any(api::course))
        .page("/api/courses/{id}/enroll/", any(api::enroll))
        .page("/api/courses/{id}/contents/", any(api::contents))
        .page("/api/courses/{id}/modules/{order}/done/", any(api::done))
        .page("/api/courses/{id}/people/", any(api::people))
        .page("/api/courses/{id}/people/{account}/", any(api::person))
        .page("/api/courses/{id}/people/{account}/approve/", any(api::approve))
        .page("/api/courses/{id}/invitations/", any(api::invitations))
        .page("/api/courses/{id}/invitations/{token}/", any(api::invitation))
        .page("/api/me/", any(api::me))
        .page("/api/me/courses/", any(api::my_courses))
        .page("/api/export/accounts/", any(api::export_accounts))
        .page("/api/export/enrollments/", any(api::export_enrollments))
        .page("/api/export/events/", any(api::export_events))
        .page("/api/auth/login/", any(api::auth_login))
        .page("/api/auth/register/", any(api::auth_register))
        .page("/api/auth/logout/", any(api::auth_logout))
        .page("/api/auth/logoutall/", any(api::auth_logout_all))
        .page("/api/auth/user/", any(api::auth_user))
        .page("/api/auth/token/refresh/", any(api::auth_refresh))
        .page("/api/schema/", any(api::schema))
        .page("/api/docs/", get(api::docs))
        .route("/api/{*path}", any(api::nowhere))
}

/// Format suffixes must be gone before a path is routed.
fn before_routing(routes: Router) -> Router {
    let service = routes.map_request(|request: Request<Body>| api::strip_suffix(request));
    Router::new().fallback_service(service)
}

trait Pages {
    /// A page, and a redirect to it from its path without the slash.
    fn page(self, path: &str, page: MethodRouter<App>) -> Self;
}

impl Pages for Router<App> {
    fn page(self, path: &str, page: MethodRouter<App>) -> Self {
        let without_slash = path.trim_end_matches('/');
        let to_slash = async |request: Request| {
            files::to_slash(&format!("{}/", request.uri().path()), request.method(), request.uri())
        };
        self.route(path, page).route(without_slash, any(to_slash))
    }
}
