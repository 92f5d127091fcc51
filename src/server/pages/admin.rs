//! The staff's index: figures, single and by day; and the courses. Rows O1 and O3.

use axum::extract::State;
use axum::response::Response;

use super::draw::Pages;
use super::outlook::course_links;
use super::teaching::{counts, people_address};
use crate::school::{Day, Staffing};
use crate::server::app::App;
use crate::server::files::CacheFigures;
use crate::server::permitted::Staff;
use crate::server::problem::Problem;
use crate::theme::{AdminCourse, AdminCoursesView, AdminView, BarView, ChartView, FigureView, LinkView, PolicyView};

/// How many days the charts go back.
const DAYS: u32 = 30;

/// How wide a day is in a chart, and its bar.
const PITCH: u64 = 10;

/// `GET /admin/`
pub async fn admin(State(app): State<App>, Staff(staffing): Staff) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let days = app.school.days(&staffing, DAYS).await?;
    let charts = [
        chart(pages.word("chart_enrollments"), &days, |day| day.enrollments),
        chart(pages.word("chart_sign_ins"), &days, |day| day.sign_ins),
        chart(pages.word("chart_failures"), &days, |day| day.failures),
    ];
    pages.draw(&AdminView {
        page: pages.page(pages.word("admin"), "/admin/"),
        figures: figures(&app, &pages, &staffing).await?,
        charts: charts.into(),
    })
}

/// Single figures, in the order in which they are shown: whoever measures something adds it here.
async fn figures(app: &App, pages: &Pages, staffing: &Staffing) -> Result<Vec<FigureView>, Problem> {
    let catalog = &pages.publication.catalog;
    let (mut enrolled, mut waiting, mut requested) = (0, 0, 0);
    for course in &catalog.courses {
        let counts = app.school.counts_of(staffing, course.id).await?;
        enrolled += counts.enrolled;
        waiting += counts.waiting;
        requested += counts.requested;
    }
    let megabytes = app.school.store_size(staffing).await? as f64 / 1e6;
    let figure = |word: &str, value: String| FigureView { name: pages.word(word), value };
    let mut figures = vec![
        figure("figure_courses", catalog.courses.len().to_string()),
        figure("figure_enrolled", enrolled.to_string()),
        figure("figure_waiting", waiting.to_string()),
        figure("figure_requested", requested.to_string()),
        figure("figure_store", format!("{megabytes:.1} MB")),
        figure("figure_requests", app.metrics.n_answered().to_string()),
    ];
    figures.extend(of_the_cache(app.cache.figures(), &figure));
    Ok(figures)
}

/// What files in memory save, since the server was started. Rows K10 and O3.
fn of_the_cache(cache: CacheFigures, figure: &impl Fn(&str, String) -> FigureView) -> Vec<FigureView> {
    let CacheFigures { limit, bytes, entries, hits, misses, evictions } = cache;
    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    let percent = misses.saturating_mul(100).checked_div(hits.saturating_add(misses)).unwrap_or_default();
    vec![
        figure("figure_cache", format!("{} / {}", megabytes(bytes), megabytes(limit))),
        figure("figure_cache_entries", entries.to_string()),
        figure("figure_cache_hits", hits.to_string()),
        figure("figure_cache_misses", format!("{misses} ({percent} %)")),
        figure("figure_cache_evictions", evictions.to_string()),
    ]
}

fn chart(title: String, days: &[Day], value: impl Fn(&Day) -> u64) -> ChartView {
    let most = days.iter().map(&value).max().unwrap_or(0).max(1);
    let bar = |(nth, day): (usize, &Day)| {
        let value = value(day);
        // What happened at all can be seen.
        let height = (value.saturating_mul(100) / most).max(2 * u64::from(value > 0));
        BarView { day: day.date.to_string(), value, x: nth as u64 * PITCH, y: 100 - height, height }
    };
    let bars: Vec<_> = days.iter().enumerate().map(bar).collect();
    ChartView { title, total: bars.iter().map(|bar| bar.value).sum(), width: bars.len() as u64 * PITCH, bars }
}

/// `GET /admin/courses/`
pub async fn courses(State(app): State<App>, Staff(staffing): Staff) -> Result<Response, Problem> {
    let pages = Pages::new(&app);
    let catalog = &pages.publication.catalog;
    let mut courses = Vec::new();
    for course in &catalog.courses {
        let instructor = catalog.instructors.iter().find(|instructor| instructor.id == course.owner);
        courses.push(AdminCourse {
            id: course.id.get(),
            course: LinkView { title: course.title.clone(), address: people_address(course.id) },
            instructor: instructor.map(|instructor| instructor.name.clone()).unwrap_or_default(),
            policy: PolicyView::new(&course.enrollment, course_links(catalog, &course.enrollment.prerequisites)),
            counts: counts(course, app.school.counts_of(&staffing, course.id).await?),
        });
    }
    pages.draw(&AdminCoursesView { page: pages.page(pages.word("courses"), "/admin/courses/"), courses })
}
