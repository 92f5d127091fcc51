//! How a [`Catalog`] lies on the disk: `private/catalog.json`, and the rendered contents of each course beside it.
//!
//! These types are the file's, not the model's: they may only grow, and a file of another version is refused.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::catalog::{Audience, Catalog, Course, Instructor, Module, Published, Subject};
use super::{Admission, CourseId, Direction, Encoding, EnrollmentPolicy, Variant, Variants};
use crate::digest::Digest;
use crate::disk::{self, DiskError};

/// The catalog's file in `private/`.
pub const CATALOG_FILE: &str = "catalog.json";

/// Grows with every change that an older server would misread.
const VERSION: u32 = 3;

/// A catalog that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The disk failed, or there is no such file.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Another version of educa wrote it.
    #[error("{path} is of version {found}, this educa reads version {VERSION}: build the school again")]
    Version {
        /// The file.
        path: String,
        /// What it says of itself.
        found: u32,
    },
    /// The file is not what a build wrote.
    #[error("{path} is damaged ({reason}): build the school again")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// The rendered contents of one course, as the REST API hands them out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseContents {
    /// In the order of the catalog's modules.
    pub modules: Vec<ModuleContents>,
}

/// The rendered contents of one module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleContents {
    /// In order.
    pub contents: Vec<RenderedItem>,
}

/// One content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedItem {
    /// The author's order; begins at 0 and may have gaps.
    pub order: u32,
    /// HTML.
    pub item: String,
}

/// Where the contents of a course lie in `private/`.
pub fn contents_file(course: CourseId) -> String {
    format!("contents/{course}.json")
}

/// The bytes of a contents file.
pub fn contents_bytes(contents: &CourseContents) -> Vec<u8> {
    // Large texts: to grow step by step would copy them again and again.
    let length: usize = contents.modules.iter().flat_map(|module| &module.contents).map(|item| item.item.len()).sum();
    let mut bytes = Vec::with_capacity(length + length / 8 + 64);
    serde_json::to_writer(&mut bytes, contents).expect("plain strings and numbers always serialize");
    bytes
}

/// Reads the contents of a course.
pub fn load_contents(private: &Path, course: CourseId) -> Result<CourseContents, CatalogError> {
    let path = private.join(contents_file(course));
    let bytes = disk::read(&path)?;
    serde_json::from_slice(&bytes).map_err(|error| damaged(&path, error))
}

/// Writes the catalog: the last step of a build, so that a server never sees one whose files are not there yet. Returns
/// the identity of its bytes.
pub fn save(catalog: &Catalog, private: &Path) -> Result<Digest, DiskError> {
    let mut bytes = serde_json::to_vec(&to_file(catalog)).expect("plain strings and numbers always serialize");
    bytes.push(b'\n');
    let path = private.join(CATALOG_FILE);
    // A server watches this file: do not wake it for nothing.
    if disk::read_if_there(&path)?.as_deref() != Some(&bytes) {
        disk::write(&path, &bytes)?;
    }
    Ok(Digest::of(&bytes))
}

/// Reads the catalog of a built school.
pub fn load(private: &Path) -> Result<Catalog, CatalogError> {
    let path = private.join(CATALOG_FILE);
    let bytes = disk::read(&path)?;
    let VersionOnly { version } = serde_json::from_slice(&bytes).map_err(|error| damaged(&path, error))?;
    if version != VERSION {
        return Err(CatalogError::Version { path: path.display().to_string(), found: version });
    }
    let file = serde_json::from_slice(&bytes).map_err(|error| damaged(&path, error))?;
    from_file(file).map_err(|reason| damaged(&path, reason))
}

fn damaged(path: &Path, reason: impl ToString) -> CatalogError {
    CatalogError::Damaged { path: path.display().to_string(), reason: reason.to_string() }
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct CatalogFile {
    version: u32,
    subjects: Vec<SubjectFile>,
    courses: Vec<CourseFile>,
    instructors: Vec<InstructorFile>,
    files: BTreeMap<String, PublishedFile>,
}

#[derive(Serialize, Deserialize)]
struct SubjectFile {
    id: u32,
    title: String,
    slug: String,
}

#[derive(Serialize, Deserialize)]
struct CourseFile {
    id: u32,
    subject: u32,
    title: String,
    slug: String,
    overview: String,
    created: jiff::Timestamp,
    owner: u32,
    lang: String,
    rtl: bool,
    /// Absent: whoever is signed in may enroll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enrollment: Option<EnrollmentFile>,
    modules: Vec<ModuleFile>,
}

#[derive(Serialize, Deserialize)]
struct EnrollmentFile {
    admission: Admission,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capacity: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opens: Option<jiff::Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closes: Option<jiff::Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    starts: Option<jiff::Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends: Option<jiff::Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    prerequisites: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
struct ModuleFile {
    order: u32,
    title: String,
    description: String,
    address: String,
}

#[derive(Serialize, Deserialize)]
struct InstructorFile {
    id: u32,
    user_name: String,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct PublishedFile {
    digest: String,
    size: u64,
    /// Absent: public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    course: Option<u32>,
    /// By the ending of the name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    variants: BTreeMap<String, VariantFile>,
    /// Absent: its bytes may change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lasting: bool,
}

#[derive(Serialize, Deserialize)]
struct VariantFile {
    digest: String,
    size: u64,
}

fn to_file(catalog: &Catalog) -> CatalogFile {
    let subject = |subject: &Subject| SubjectFile {
        id: subject.id.get(),
        title: subject.title.clone(),
        slug: subject.slug.to_string(),
    };
    let instructor = |instructor: &Instructor| InstructorFile {
        id: instructor.id.get(),
        user_name: instructor.user_name.to_string(),
        name: instructor.name.clone(),
    };
    CatalogFile {
        version: VERSION,
        subjects: catalog.subjects.iter().map(subject).collect(),
        courses: catalog.courses.iter().map(course_to_file).collect(),
        instructors: catalog.instructors.iter().map(instructor).collect(),
        files: catalog.files.iter().map(|(address, file)| (address.to_string(), published_to_file(file))).collect(),
    }
}

fn course_to_file(course: &Course) -> CourseFile {
    let module = |module: &Module| ModuleFile {
        order: module.order,
        title: module.title.clone(),
        description: module.description.clone(),
        address: module.address.to_string(),
    };
    CourseFile {
        id: course.id.get(),
        subject: course.subject.get(),
        title: course.title.clone(),
        slug: course.slug.to_string(),
        overview: course.overview.clone(),
        created: course.created,
        owner: course.owner.get(),
        lang: course.lang.to_string(),
        rtl: course.dir == Direction::RightToLeft,
        enrollment: enrollment_to_file(&course.enrollment),
        modules: course.modules.iter().map(module).collect(),
    }
}

fn enrollment_to_file(policy: &EnrollmentPolicy) -> Option<EnrollmentFile> {
    let EnrollmentPolicy { admission, capacity, opens, closes, starts, ends, prerequisites } = policy.clone();
    let prerequisites = prerequisites.iter().map(|course| course.get()).collect();
    let file = EnrollmentFile { admission, capacity, opens, closes, starts, ends, prerequisites };
    (*policy != EnrollmentPolicy::default()).then_some(file)
}

fn enrollment_from_file(file: EnrollmentFile) -> Result<EnrollmentPolicy, super::NotAnId> {
    let EnrollmentFile { admission, capacity, opens, closes, starts, ends, prerequisites } = file;
    let prerequisites = prerequisites.into_iter().map(CourseId::new).collect::<Result<_, _>>()?;
    Ok(EnrollmentPolicy { admission, capacity, opens, closes, starts, ends, prerequisites })
}

fn published_to_file(published: &Published) -> PublishedFile {
    let course = match published.audience {
        Audience::Everyone => None,
        Audience::Enrolled(course) => Some(course.get()),
    };
    let variant = |encoding: Encoding| {
        let Variant { digest, size } = published.variants[encoding.at()]?;
        Some((encoding.to_string(), VariantFile { digest: digest.to_string(), size }))
    };
    let variants = Encoding::ALL.into_iter().filter_map(variant).collect();
    let Published { digest, size, lasting, .. } = *published;
    PublishedFile { digest: digest.to_string(), size, course, variants, lasting }
}

fn from_file(file: CatalogFile) -> Result<Catalog, Box<dyn std::error::Error>> {
    let mut catalog = Catalog::default();
    for SubjectFile { id, title, slug } in file.subjects {
        catalog.subjects.push(Subject { id: super::SubjectId::new(id)?, title, slug: slug.parse()? });
    }
    for course in file.courses {
        catalog.courses.push(course_from_file(course)?);
    }
    for InstructorFile { id, user_name, name } in file.instructors {
        let id = super::InstructorId::new(id)?;
        catalog.instructors.push(Instructor { id, user_name: user_name.parse()?, name });
    }
    for (address, file) in file.files {
        let audience = match file.course {
            None => Audience::Everyone,
            Some(course) => Audience::Enrolled(CourseId::new(course)?),
        };
        let mut variants = Variants::default();
        for (encoding, VariantFile { digest, size }) in file.variants {
            variants[encoding.parse::<Encoding>()?.at()] = Some(Variant { digest: digest.parse()?, size });
        }
        let PublishedFile { digest, size, lasting, .. } = file;
        let published = Published { digest: digest.parse()?, size, audience, variants, lasting };
        catalog.files.insert(address.parse()?, published);
    }
    Ok(catalog)
}

fn course_from_file(course: CourseFile) -> Result<Course, Box<dyn std::error::Error>> {
    let mut modules = Vec::new();
    for ModuleFile { order, title, description, address } in course.modules {
        modules.push(Module { order, title, description, address: address.parse()? });
    }
    Ok(Course {
        id: CourseId::new(course.id)?,
        subject: super::SubjectId::new(course.subject)?,
        title: course.title,
        slug: course.slug.parse()?,
        overview: course.overview,
        created: course.created,
        owner: super::InstructorId::new(course.owner)?,
        lang: course.lang.parse()?,
        dir: if course.rtl { Direction::RightToLeft } else { Direction::LeftToRight },
        enrollment: course.enrollment.map(enrollment_from_file).transpose()?.unwrap_or_default(),
        modules,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{InstructorId, SubjectId, routes};

    fn school() -> Result<Catalog, Box<dyn std::error::Error>> {
        let slug: crate::course::Slug = "sets".parse()?;
        let course = Course {
            id: CourseId::new(7)?,
            subject: SubjectId::new(1)?,
            title: "Sets".into(),
            slug: slug.clone(),
            overview: "All of *them*.".into(),
            created: "2026-02-05T12:00:00.5Z".parse()?,
            owner: InstructorId::new(2)?,
            lang: "ar".parse()?,
            dir: Direction::RightToLeft,
            enrollment: EnrollmentPolicy {
                admission: Admission::Approval,
                capacity: Some(30),
                starts: Some("2026-03-01T09:00:00Z".parse()?),
                prerequisites: vec![CourseId::new(3)?],
                ..EnrollmentPolicy::default()
            },
            modules: vec![Module {
                order: 3,
                title: "One".into(),
                description: String::new(),
                address: routes::module(&slug, &slug),
            }],
        };
        let audience = Audience::Enrolled(course.id);
        let variants = [None, None, Some(Variant { digest: Digest::of(b"p"), size: 1 })];
        let file = Published { digest: Digest::of(b"page"), size: 4, audience, variants, lasting: true };
        let instructor = Instructor { id: InstructorId::new(2)?, user_name: "ada".parse()?, name: "Ada".into() };
        Ok(Catalog {
            subjects: vec![Subject { id: SubjectId::new(1)?, title: "Mathematics".into(), slug: "maths".parse()? }],
            files: [(course.modules[0].address.clone(), file)].into(),
            courses: vec![course],
            instructors: vec![instructor],
        })
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().expect("a folder");
        let catalog = school().expect("a school");
        save(&catalog, folder.path()).expect("saved");
        assert_eq!(load(folder.path()).expect("loaded"), catalog);
    }

    #[test]
    fn a_file_of_another_version_or_a_damaged_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(CATALOG_FILE);
        disk::write(&path, b"{\"version\":99}").expect("written");
        assert!(matches!(load(folder.path()), Err(CatalogError::Version { found: 99, .. })));
        disk::write(&path, b"{\"version\":2,\"subjects\":[").expect("written");
        assert!(matches!(load(folder.path()), Err(CatalogError::Damaged { .. })));
    }
}
