//! The pipeline: from `content/` to `public/` and `private/` on one screen. Each stage takes what the one before made.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::build::{BuildError, Built, Progress, SchoolSize, Stage};
use super::cache::{Entry, Ledger, MadeOf};
use super::config::SiteConfig;
use super::curriculum::{Curriculum, Speech, assemble};
use super::graph::SiteGraph;
use super::memory::{Memory, withdraw_ledger};
use super::outputs;
use super::publish::{
    Before, Job, Made, PRIVATE, Plan, Present, Published, Rest, Stagings, catalog, compress, courses, jobs, make,
    place, plan, present, to_do,
};
use super::render::render_all;
use super::source::{Changed, History, SourceTree, scan};
use super::views::{Items, LazyParts, Purpose, Views};
use crate::course::{Address, CATALOG_FILE, Catalog};
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::disk::{self, DiskError, Stat};
use crate::theme::Theme;

/// One build.
pub struct Run<'a> {
    /// The school.
    pub config: &'a SiteConfig,
    /// When it began, as the file system has it.
    pub moment: Stat,
    /// Who hears of it.
    pub progress: &'a dyn Progress,
    /// Whether the result is published; otherwise nothing is written.
    pub publishes: bool,
    /// What is not what it was when what is remembered was found out.
    pub changed: &'a Changed,
}

/// Everything that goes into a build.
struct Inputs {
    tree: SourceTree,
    history: Arc<History>,
    theme: Arc<Theme>,
    digest: Digest,
}

/// What one attempt came to.
enum Attempt {
    Done(Built),
    /// A file changed while it was read, or a blob was damaged: what is known may be wrong.
    Again,
}

/// How often a build begins again because files change under its hands.
const MAX_ATTEMPTS: usize = 5;

impl Run<'_> {
    /// Builds, from the beginning again if what it relied on did not hold.
    pub fn until_at_rest(&self, memory: &mut Memory) -> Result<Built, BuildError> {
        for _ in 0..MAX_ATTEMPTS {
            match self.attempt(memory)? {
                Attempt::Done(built) => return Ok(built),
                Attempt::Again if memory.shelf.is_damaged() => memory.forget_fragments(self.config)?,
                Attempt::Again => {}
            }
            // The tree is gone with the attempt, so everything is looked at.
        }
        Err(BuildError::Restless)
    }

    fn attempt(&self, memory: &mut Memory) -> Result<Attempt, BuildError> {
        let mut diagnostics = Diagnostics::new();
        let Some(inputs) = self.inputs(memory, &mut diagnostics)? else {
            return Ok(Attempt::Done(refused(diagnostics.sorted(), SchoolSize::default())));
        };
        let present = self.present(memory)?;
        match self.nothing_to_do(memory, &inputs, &present, &diagnostics) {
            Some(built) => {
                memory.learn_files(inputs.tree);
                Ok(Attempt::Done(built))
            }
            None => self.make(memory, inputs, &present, diagnostics),
        }
    }

    /// Nothing if the theme has mistakes.
    fn inputs(&self, memory: &mut Memory, diagnostics: &mut Diagnostics) -> Result<Option<Inputs>, DiskError> {
        let config = self.config;
        self.progress.begin(Stage::Read, 0);
        let ((), tree) = rayon::join(
            || memory.repository.ask(&config.content, *self.changed != Changed::Anything),
            || scan(config, &mut memory.files, self.changed, self.moment, diagnostics),
        );
        let (history, tree) = (memory.repository.history.clone(), tree?);
        let Some(theme) = self.theme(memory, diagnostics)? else {
            // Mistakes of the content are found as far as that goes without a theme.
            assemble(config, &tree, &history, &mut memory.kept.courses, diagnostics);
            memory.learn_files(tree);
            return Ok(None);
        };
        let parts = [config.digest(), theme.digest(), tree.digest(), history.digest()];
        let digest = Digest::of_parts(parts.iter().map(|digest| &digest.as_bytes()[..]));
        Ok(Some(Inputs { tree, history, theme, digest }))
    }

    /// Nothing if it has mistakes. One that cannot have changed is not read again.
    fn theme(&self, memory: &mut Memory, diagnostics: &mut Diagnostics) -> Result<Option<Arc<Theme>>, DiskError> {
        let config = self.config;
        let untouched = match self.changed {
            Changed::Anything => false,
            Changed::Paths(paths) => !paths.iter().any(|path| path.starts_with(&config.themes)),
        };
        if let Some(theme) = memory.theme.take().filter(|_| untouched) {
            memory.theme = Some(theme.clone());
            return Ok(Some(theme));
        }
        let site = config.site_view();
        let theme = Theme::load(&config.theme_options(&site), diagnostics)?.map(Arc::new);
        memory.theme.clone_from(&theme);
        Ok(theme)
    }

    /// What lies in the output folders. Where only known paths changed, all that the ledger lists is there.
    fn present(&self, memory: &mut Memory) -> Result<Present, DiskError> {
        let ledger = &mut memory.ledger;
        if *self.changed == Changed::Anything || ledger.made_of.is_none() {
            return present(self.config, ledger);
        }
        let files = ledger.paths();
        Ok(files.chain([(format!("{PRIVATE}/{CATALOG_FILE}").into(), 0)]).collect())
    }

    /// The answer if the last build was made of the same things and all it left is there.
    fn nothing_to_do(&self, memory: &Memory, inputs: &Inputs, present: &Present, said: &Diagnostics) -> Option<Built> {
        let ledger = &memory.ledger;
        let made_of = ledger.made_of.as_ref().filter(|made_of| made_of.inputs == inputs.digest)?;
        let due = made_of.until.is_some_and(|until| until <= self.config.now);
        let complete = ledger.is_complete(|path| present.get(path).copied());
        // One more: the catalog, which no ledger lists because it names them all.
        let complete = complete && present.len() == ledger.n_files() + 1;
        let catalog = disk::digest(&self.config.private.join(CATALOG_FILE)).ok();
        if due || !complete || catalog != Some(made_of.catalog) || said.has_errors() {
            return None;
        }
        let bytes = ledger.files.values().map(Entry::bytes).sum();
        let published = Published { written: 0, kept: ledger.n_files(), removed: 0, bytes };
        let published = self.publishes.then_some(published);
        let (diagnostics, size) = (made_of.said.clone(), made_of.size);
        let theme = Some(inputs.theme.clone());
        Some(Built { diagnostics, size, published, theme, ..Built::default() })
    }

    fn make(
        &self,
        memory: &mut Memory,
        inputs: Inputs,
        present: &Present,
        mut said: Diagnostics,
    ) -> Result<Attempt, BuildError> {
        let (config, progress) = (self.config, self.progress);
        let Inputs { tree, history, theme, digest } = inputs;
        progress.begin(Stage::Assemble, 0);
        let mut kept = std::mem::take(&mut memory.kept);
        let curriculum = assemble(config, &tree, &history, &mut kept.courses, &mut said);
        progress.begin(Stage::Render, 0);
        let (shelf, words) = (memory.shelf.clone(), memory.words(config)?);
        let known = memory.fragments(config)?;
        let fragments = render_all(&curriculum, &theme, config, known, &shelf, &mut kept.rendered, &mut said)?;
        let fragments = Arc::new(fragments);
        progress.begin(Stage::Link, 0);
        let made = outputs::addresses(&curriculum, config);
        let graph = SiteGraph::new(&curriculum, &fragments, made, config.images, &mut kept.placed, &mut said);
        let site = Speech { dir: config.lang.direction(), lang: config.lang.clone() };
        let base_url = config.base_url.as_deref();
        let settings = config.digest();
        let (purpose, items) = (Purpose::Key, Items::default());
        let views = Views { graph: &graph, theme: &theme, site, base_url, settings, purpose, items };
        let parts: Vec<_> = courses(&views).map(|(subject, course)| LazyParts::new(subject, course)).collect();
        let (mut jobs, keys) = jobs(&views, theme.assets(), &parts, &memory.ledger.courses, &mut said);
        jobs.extend(outputs::jobs(&views, config, &mut kept.searched, &words));
        memory.kept = kept;
        compress::ask(&mut jobs, &config.compress);
        let before = Before { ledger: &memory.ledger, present };
        let to_do = to_do(&jobs, &before);
        let views = Views { purpose: Purpose::Page, ..views };
        let drawn = self.draw(&views, &to_do, &before, &mut said)?;
        if tree.moved.load(Ordering::Relaxed) || memory.shelf.is_damaged() {
            return Ok(Attempt::Again);
        }
        let (size, said) = (size(&curriculum, &jobs), said.sorted());
        let built = if said.has_errors() || !self.publishes {
            refused(said, size)
        } else {
            let entries = entries(&jobs, &memory.ledger, &drawn);
            let catalog = Arc::new(catalog(&graph, &jobs, &entries));
            let made_of = MadeOf { inputs: digest, catalog: Digest::of(b""), until: curriculum.changes_at, said, size };
            memory.ledger.courses = keys;
            let built = self.publish(memory, present, &jobs, entries, drawn, (catalog, made_of))?;
            Built { theme: Some(theme.clone()), ..built }
        };
        memory.learn(tree, fragments.clone(), history);
        Ok(Attempt::Done(built))
    }

    fn draw(
        &self,
        views: &Views<'_>,
        to_do: &[(usize, &Job<'_>)],
        before: &Before<'_>,
        said: &mut Diagnostics,
    ) -> Result<Vec<(usize, Made)>, DiskError> {
        self.progress.begin(Stage::Draw, to_do.len());
        let writes = self.publishes && !to_do.is_empty() && !said.has_errors();
        let stagings = writes.then(|| Stagings::new(self.config));
        make(views, to_do, before, stagings.as_ref(), &|| self.progress.step(), said)
    }

    fn publish(
        &self,
        memory: &mut Memory,
        present: &Present,
        jobs: &[Job<'_>],
        entries: Vec<Entry>,
        drawn: Vec<(usize, Made)>,
        (catalog, made_of): (Arc<Catalog>, MadeOf),
    ) -> Result<Built, BuildError> {
        let config = self.config;
        self.progress.begin(Stage::Publish, 0);
        let forms = jobs
            .iter()
            .zip(&entries)
            .flat_map(|(job, entry)| entry.variants().map(move |(encoding, _)| encoding.beside(&job.path).into()));
        let wanted: HashSet<Arc<str>> = jobs.iter().map(|job| job.path.clone()).chain(forms).collect();
        let plan = plan(present, &wanted);
        let changed = changed(jobs, &drawn, &plan);
        let written = drawn.iter().map(|(_, made)| made.staged.len()).sum();
        let published = Published {
            written,
            kept: wanted.len() - written,
            removed: plan.remove.len() + plan.remove_first.len(),
            bytes: entries.iter().map(Entry::bytes).sum(),
        };
        if written > 0 || !plan.is_empty() {
            withdraw_ledger(config)?;
        }
        let touched = touched(jobs, &drawn, &plan);
        place(config, jobs, drawn, &plan)?;
        let ledger = &mut memory.ledger;
        (ledger.files, ledger.made_of) = (jobs.iter().map(|job| job.path.clone()).zip(entries).collect(), None);
        let scaled = jobs.iter().filter_map(Job::scaled).cloned().collect();
        let (diagnostics, size) = (made_of.said.clone(), made_of.size);
        memory.rest = Some(Rest { catalog: catalog.clone(), remove: plan.remove, scaled, touched, made_of });
        let (published, catalog) = (Some(published), Some(catalog));
        Ok(Built { diagnostics, size, published, catalog, changed, ..Built::default() })
    }
}

/// What a build says that publishes nothing.
fn refused(diagnostics: Diagnostics, size: SchoolSize) -> Built {
    Built { diagnostics, size, ..Built::default() }
}

fn size(curriculum: &Curriculum, jobs: &[Job<'_>]) -> SchoolSize {
    let courses = || curriculum.subjects.iter().flat_map(|subject| &subject.courses);
    SchoolSize {
        courses: courses().count(),
        modules: courses().map(|course| course.modules.len()).sum(),
        pages: jobs.iter().filter(|job| job.is_page()).count(),
    }
}

/// What the ledger will say of each job's file.
fn entries(jobs: &[Job<'_>], before: &Ledger, drawn: &[(usize, Made)]) -> Vec<Entry> {
    let mut made = drawn.iter().peekable();
    let entry = |(at, job): (usize, &Job<'_>)| match made.next_if(|(made_at, _)| *made_at == at) {
        Some((_, made)) => made.entry,
        None => job.only_asked(before.files[&job.path]),
    };
    jobs.iter().enumerate().map(entry).collect()
}

/// The files that are written or removed.
fn touched(jobs: &[Job<'_>], drawn: &[(usize, Made)], plan: &Plan) -> Vec<Arc<str>> {
    let written = drawn.iter().filter(|(_, made)| !made.staged.is_empty()).map(|(at, _)| jobs[*at].path.clone());
    written.chain(plan.remove_first.iter().chain(&plan.remove).cloned()).collect()
}

/// The addresses whose files are not what they were.
fn changed(jobs: &[Job<'_>], drawn: &[(usize, Made)], plan: &Plan) -> Vec<Address> {
    let written = drawn.iter().filter(|(_, made)| !made.staged.is_empty());
    let removed = plan.remove_first.iter().chain(&plan.remove).filter_map(|path| address_of(path));
    written.filter_map(|(at, _)| jobs[*at].address.clone()).chain(removed).collect()
}

/// The address of a file, by its path in ledger and plan.
fn address_of(path: &str) -> Option<Address> {
    let (_, file) = path.split_once('/')?;
    let page = file.strip_suffix("index.html").filter(|folder| folder.is_empty() || folder.ends_with('/'));
    format!("/{}", page.unwrap_or(file)).parse().ok()
}
