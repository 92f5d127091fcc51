//! Stage 6: views into files, in parallel.

use rayon::prelude::*;

use super::curriculum::{Course, Layout, Module, Subject};
use super::graph::{SiteGraph, audience};
use super::lessons::{Place, Step, steps};
use super::publish::{Output, Source};
use super::views::Views;
use crate::course::{
    Address, Audience, CourseContents, ModuleContents, RenderedItem, contents_bytes, contents_file, routes,
};
use crate::diag::Diagnostics;
use crate::theme::{TemplateError, Theme, View};

/// Everything that is published, but the catalog: sorted within each kind, assets first.
pub fn outputs(views: &Views<'_>, diagnostics: &mut Diagnostics) -> Vec<Output> {
    let mut outputs: Vec<_> = views.theme.assets().iter().map(asset).collect();
    outputs.extend(media(views.graph));
    let subjects = &views.graph.curriculum.subjects;
    let courses: Vec<_> = subjects.iter().flat_map(|s| s.courses.iter().map(move |course| (s, course))).collect();
    let made: Vec<_> = courses.par_iter().map(|(subject, course)| course_outputs(views, subject, course)).collect();
    outputs.extend(list_outputs(views, diagnostics));
    for Made { outputs: pages, said } in made {
        outputs.extend(pages);
        diagnostics.append(said);
    }
    outputs
}

/// Some outputs, and what was wrong with them.
#[derive(Default)]
struct Made {
    outputs: Vec<Output>,
    said: Diagnostics,
}

impl Made {
    fn page<V: View>(&mut self, theme: &Theme, address: Address, audience: Audience, view: &V) {
        match theme.render(view) {
            Ok(html) => self.outputs.push(Output::page(address, audience, html)),
            Err(error) => self.template_error(&error),
        }
    }

    fn template_error(&mut self, error: &TemplateError) {
        self.said.push(error.diagnostic().clone());
    }
}

fn asset(asset: &crate::theme::Asset) -> Output {
    Output::bytes(asset.address.clone(), Audience::Everyone, asset.bytes.clone())
}

/// Media and downloads, copied as they are.
fn media(graph: &SiteGraph<'_>) -> Vec<Output> {
    let output = |(target, resource): (&super::graph::Target<'_>, &super::curriculum::Resource)| Output {
        file: target.address.file(),
        address: Some(target.address.clone()),
        audience: target.audience,
        digest: resource.digest,
        size: resource.size,
        source: Source::File(resource.disk_path.clone()),
    };
    graph.resources().into_iter().map(output).collect()
}

/// The pages outside courses.
fn list_outputs(views: &Views<'_>, diagnostics: &mut Diagnostics) -> Vec<Output> {
    let mut made = Made::default();
    let theme = views.theme;
    let open = Audience::Everyone;
    let view = views.catalog(None, diagnostics);
    made.page(theme, routes::catalog(), open, &view);
    for subject in &views.graph.curriculum.subjects {
        let view = views.catalog(Some(subject), diagnostics);
        made.page(theme, routes::subject(&subject.slug), open, &view);
    }
    for instructor in &views.graph.curriculum.instructors {
        let view = views.instructor(instructor, diagnostics);
        made.page(theme, routes::instructor(&instructor.user_name), open, &view);
    }
    for (from, to) in &views.graph.moved {
        made.page(theme, from.clone(), open, &views.moved(from, to));
    }
    made.page(theme, routes::not_found(), open, &views.not_found());
    diagnostics.append(made.said);
    made.outputs
}

/// A course's overview, its modules and lessons, and its contents for the API.
fn course_outputs(views: &Views<'_>, subject: &Subject, course: &Course) -> Made {
    let mut made = Made::default();
    let view = views.course(subject, course, &mut made.said);
    made.page(views.theme, routes::course(&course.slug), Audience::Everyone, &view);
    let steps = steps(course);
    let starts = steps.iter().enumerate().filter(|(_, step)| matches!(step, Step::Module(_))).map(|(at, _)| at);
    let places: Vec<_> = starts.map(|at| Place { subject, course, steps: &steps, at }).collect();
    let modules: Vec<_> =
        course.modules.par_iter().zip(places).map(|(each, at)| module_outputs(views, at, each)).collect();
    let mut contents = CourseContents { modules: Vec::new() };
    for (Made { outputs, said }, module) in modules {
        made.outputs.extend(outputs);
        made.said.append(said);
        contents.modules.push(module);
    }
    made.outputs.push(Output::hidden(contents_file(course.id), course.id, contents_bytes(&contents)));
    made
}

/// The page of a module, which stands at `place`, and those of its contents, which follow it there.
fn module_outputs(views: &Views<'_>, place: Place<'_>, module: &Module) -> (Made, ModuleContents) {
    let mut made = Made::default();
    let course = place.course;
    let items = items(views, course, module, &mut made);
    let audience = audience(course, module);
    match course.layout {
        Layout::Module => {
            let view = views.module(&place, module, &items, &mut made.said);
            made.page(views.theme, place.address(), audience, &view);
        }
        Layout::Lesson => {
            let view = views.module_outline(&place, module, &mut made.said);
            made.page(views.theme, place.address(), audience, &view);
            for (nth, (content, item)) in module.contents.iter().zip(&items).enumerate() {
                let place = Place { at: place.at + 1 + nth, ..place };
                let view = views.lesson(&place, module, content, item);
                made.page(views.theme, place.address(), audience, &view);
            }
        }
    }
    let contents = module.contents.iter().zip(items);
    let contents = contents.map(|(content, item)| RenderedItem { order: content.order, item }).collect();
    (made, ModuleContents { contents })
}

/// The contents of a module, each drawn by the template of its kind.
fn items(views: &Views<'_>, course: &Course, module: &Module, made: &mut Made) -> Vec<String> {
    let mut items = Vec::with_capacity(module.contents.len());
    for content in &module.contents {
        let view = views.content(course, module, content, &mut made.said);
        let item = views.theme.render_content(&view, &course.speech.lang);
        items.push(item.unwrap_or_else(|error| {
            made.template_error(&error);
            String::new()
        }));
    }
    items
}
