//! The lines of a dump about rooms besides their messages, and back into records.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::course::CourseId;
use crate::school::{AccountId, MAX_MENTIONS, MAX_REPORTS, Mention, ReadMark, Report, ReportReason};

/// The reports of one message.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportsLine {
    pub course: u32,
    pub message: u64,
    /// Left out if nobody did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dismissed: bool,
    by: Vec<ReportLine>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportLine {
    account: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    at: Timestamp,
}

/// How far somebody has read in a room.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadLine {
    pub account: u64,
    pub course: u32,
    read: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<MentionLine>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MentionLine {
    message: u64,
    by: u64,
    at: Timestamp,
}

/// When somebody had the last digest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestLine {
    pub account: u64,
    pub last: Timestamp,
}

impl ReportsLine {
    pub fn new(course: CourseId, message: u64, dismissed: bool, reports: &[Report]) -> Self {
        let line = |report: &Report| ReportLine {
            account: report.by.0,
            reason: report.reason.as_str().to_owned(),
            at: report.at,
        };
        Self { course: course.get(), message, dismissed, by: reports.iter().map(line).collect() }
    }

    pub fn reports(&self) -> Result<Vec<Report>, String> {
        if self.by.is_empty() || self.by.len() > MAX_REPORTS {
            return Err(format!("a message has 1 to {MAX_REPORTS} reports"));
        }
        let report = |line: &ReportLine| {
            let reason = ReportReason::parse(&line.reason).map_err(|error| format!("`reason`: {error}"))?;
            Ok(Report { by: AccountId(line.account), at: line.at, reason })
        };
        self.by.iter().map(report).collect()
    }
}

impl ReadLine {
    pub fn new(account: AccountId, course: CourseId, mark: &ReadMark) -> Self {
        let line = |mention: &Mention| MentionLine { message: mention.id, by: mention.by.0, at: mention.at };
        let mentions = mark.mentions.iter().map(line).collect();
        Self { account: account.0, course: course.get(), read: mark.read, mentions }
    }

    pub fn mark(&self) -> Result<ReadMark, String> {
        if self.mentions.len() > MAX_MENTIONS {
            return Err(format!("at most {MAX_MENTIONS} mentions are kept"));
        }
        let mention = |line: &MentionLine| Mention { id: line.message, by: AccountId(line.by), at: line.at };
        Ok(ReadMark { read: self.read, mentions: self.mentions.iter().map(mention).collect() })
    }
}
