//! Reading the settings of a school: both layers, and what must hold between them.

use std::path::Path;

use jiff::Timestamp;

use super::layer::Layer;
use super::{EdgeSettings, environment};
use crate::diag::{Diagnostic, Diagnostics, SourceText};
use crate::disk;
use crate::fields::Fields;
use crate::mail::MailConfig;
use crate::school::AccountRules;
use crate::server::{LiveConfig, ServerConfig};
use crate::site::SiteConfig;
use crate::store::StorePlace;

/// The name of the settings file in a school's folder.
pub const SETTINGS_FILE: &str = "educa.toml";

/// The configuration of every room.
#[derive(Debug, Clone)]
pub struct Settings {
    /// For `site`.
    pub site: SiteConfig,
    /// For `server`.
    pub server: ServerConfig,
    /// For `server`, if there is an edge that verifies tokens.
    pub edge: Option<EdgeSettings>,
    /// For `store`.
    pub store: StorePlace,
    /// How the log of a server is written.
    pub log: LogFormat,
    /// For `school`.
    pub accounts: AccountRules,
    /// For `mail`.
    pub mail: MailConfig,
}

/// How a log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: a JSON object a line.
    Json,
}

/// Reads the settings of the school in `root`. Nothing if there are mistakes in them, which are then reported.
pub fn load(root: &Path, now: Timestamp, diagnostics: &mut Diagnostics) -> Option<Settings> {
    let path = root.join(SETTINGS_FILE);
    let text = match disk::read(&path).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => {
            diagnostics.push(Diagnostic::error(SETTINGS_FILE, "this file is not UTF-8").help("save it as UTF-8"));
            return None;
        }
        Err(error) if error.is_missing() => {
            let message = format!("there is no school in {}: it has no educa.toml", root.display());
            let help = "go to a school's folder, name it with --root, or make one with `educa init DIR`";
            diagnostics.push(Diagnostic::error(SETTINGS_FILE, message).help(help));
            return None;
        }
        Err(error) => {
            diagnostics.push(Diagnostic::error(SETTINGS_FILE, error.to_string()));
            return None;
        }
    };
    let mut said = Diagnostics::new();
    let file = Layer::read(SourceText { path: SETTINGS_FILE, text: &text }, |fields| fields, &mut said);
    let environment = environment::variables();
    let source = SourceText { path: "the environment (EDUCA_…)", text: &environment };
    let environment = Layer::read(source, Fields::untyped, &mut said);
    let epoch = source_date_epoch(&mut said);
    let layer = environment.over(file);
    said.append(layer.senderless());
    let mut settings = layer.into_settings(root, epoch.unwrap_or(now));
    settings.site.newest = epoch;
    said.append(overlaps(&settings.site));
    said.append(unheard(&settings.server));
    said.append(unasked(&settings.server.live));
    said.append(unshared(&settings.server.live, &settings.store));
    if let Some(edge) = &settings.edge {
        edge.check(&mut said);
    }
    let failed = said.has_errors();
    diagnostics.append(said);
    if failed { None } else { Some(settings) }
}

/// A gated page below `public/` would be a page for everyone, and each folder is cleared of what the build did not write.
fn overlaps(site: &SiteConfig) -> Diagnostics {
    let mut said = Diagnostics::new();
    let folders = [("content", &site.content), ("public", &site.public), ("private", &site.private)];
    for (at, (name, folder)) in folders.iter().enumerate() {
        for (other_name, other) in &folders[at + 1..] {
            if folder.starts_with(other) || other.starts_with(folder) {
                let message = format!("the folders `{name}` and `{other_name}` under [build] lie in one another");
                said.push(Diagnostic::error(SETTINGS_FILE, message).help("choose folders beside each other"));
            }
        }
    }
    said
}

/// Only a trusted proxy is told to send a file.
fn unheard(server: &ServerConfig) -> Diagnostics {
    let mut said = Diagnostics::new();
    if server.accel_redirect.is_some() && server.trusted_proxies.is_empty() {
        let message = "`accel_redirect` under [server] has no effect without `trusted_proxies`";
        let help = "name the address of the front server, such as trusted_proxies = [\"127.0.0.1\"]";
        said.push(Diagnostic::error(SETTINGS_FILE, message).help(help));
    }
    said
}

/// Who is asked whether they are there must have time to answer.
fn unasked(live: &LiveConfig) -> Diagnostics {
    let mut said = Diagnostics::new();
    if live.silence <= live.ping {
        let message = "`silence_seconds` under [live] must be more than `ping_seconds`";
        let help = "leave some seconds in between, such as ping_seconds = 20 and silence_seconds = 28";
        said.push(Diagnostic::error(SETTINGS_FILE, message).help(help));
    }
    said
}

/// Processes that hear each other share their records, and only a database can be shared. Who only builds may not know of it.
fn unshared(live: &LiveConfig, store: &StorePlace) -> Diagnostics {
    let mut said = Diagnostics::new();
    if live.redis.is_some() && matches!(store, StorePlace::Folder(_)) {
        let message = "`redis` under [live] is for several servers that share a database, and the store is a folder";
        let help = "name the database as `url` under [store] (docs/postgres.md), or remove `redis`";
        said.push(Diagnostic::warning(SETTINGS_FILE, message).help(help));
    }
    said
}

/// The moment that stands for now in builds which are to be the same wherever they run
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn source_date_epoch(said: &mut Diagnostics) -> Option<Timestamp> {
    let text = std::env::var_os("SOURCE_DATE_EPOCH")?.to_string_lossy().into_owned();
    let moment = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    if moment.is_none() {
        let message = format!("SOURCE_DATE_EPOCH cannot be \"{text}\"");
        said.push(Diagnostic::error("the environment", message).help("set it to seconds since 1970, or unset it"));
    }
    moment
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings of a school with this file, and what was said of it.
    fn read(text: &str) -> (Option<Settings>, Diagnostics) {
        let folder = tempfile::tempdir().expect("a folder");
        disk::write(&folder.path().join(SETTINGS_FILE), text.as_bytes()).expect("written");
        let mut said = Diagnostics::new();
        (load(folder.path(), Timestamp::UNIX_EPOCH, &mut said), said)
    }

    /// The lines that something was said of; 0 stands for none.
    fn lines(said: Diagnostics) -> Vec<usize> {
        said.sorted().iter().map(|d| d.place.as_ref().map_or(0, |place| place.line)).collect()
    }

    #[test]
    fn memory_for_files_is_set_in_megabytes_and_can_be_none() {
        let cache = |text: &str| read(text).0.map(|settings| settings.server.cache_bytes);
        assert_eq!(cache("[server]\n"), Some(64 * 1024 * 1024));
        assert_eq!(cache("[server]\ncache_mb = 0\n"), Some(0));
        assert_eq!(cache("[server]\ncache_mb = 3\n"), Some(3 * 1024 * 1024));
        assert_eq!(cache("[server]\ncache_mb = -1\n"), None);
        assert_eq!(cache("[server]\ncache_mb = \"all\"\n"), None);
    }

    #[test]
    fn what_is_said_of_sockets_is_read_or_refused_with_its_line() {
        let live_of = |text: &str| {
            let (settings, said) = read(text);
            (settings.map(|settings| settings.server.live), lines(said))
        };
        let all = "[live]\nmax_sockets = 1\nsockets_per_account = 2\nsockets_per_address = 3\nmax_rooms = 4\nmessage_burst = 5\n\
                   messages_per_minute = 6\nmax_frame_kb = 7\nping_seconds = 8\nsilence_seconds = 9\nslow_seconds = 10\n";
        let seconds = std::time::Duration::from_secs;
        let live = LiveConfig {
            max_sockets: 1,
            sockets_per_account: 2,
            sockets_per_address: 3,
            max_rooms: 4,
            message_burst: 5,
            messages_per_minute: 6,
            max_frame: 7 * 1024,
            ping: seconds(8),
            silence: seconds(9),
            slow: seconds(10),
            redis: None,
        };
        assert_eq!(live_of(all), (Some(live), vec![]));
        assert_eq!(live_of("[live]\n"), (Some(LiveConfig::default()), vec![]));
        assert_eq!(live_of("[live]\nmax_rooms = 0\nslow_seconds = \"long\"\nport = 1\n"), (None, vec![2, 3, 4]));
        assert_eq!(live_of("[live]\nping_seconds = 28\n"), (None, vec![0]), "nobody could answer in time");
    }

    #[test]
    fn a_redis_is_for_a_school_in_a_database_and_its_password_is_nobodys() {
        let redis_of = |text: &str| {
            let (settings, said) = read(text);
            let words = format!("{:?}", said.sorted());
            assert!(!words.contains("geheim"), "{words}");
            let redis = settings.and_then(|settings| settings.server.live.redis);
            redis.map(|redis| (redis.to_string(), redis.channel.clone())).ok_or(words)
        };
        let stored = "[store]\nurl = \"postgresql://ada@localhost/school\"\n[live]\n";
        let redis = "redis = \"rediss://:geheim@cache.example\"\n";
        let shown = || "rediss://cache.example:6379".to_owned();
        assert_eq!(redis_of(&format!("{stored}{redis}")), Ok((shown(), "educa".into())));
        assert_eq!(redis_of(&format!("[live]\n{redis}")), Ok((shown(), "educa".into())), "with a warning");
        assert_eq!(redis_of(&format!("{stored}{redis}redis_channel = \"north\"\n")), Ok((shown(), "north".into())));
        for (text, word) in [
            (format!("{stored}redis = \"http://:geheim@cache.example\"\n"), "not the address of a Redis"),
            (format!("{stored}{redis}redis_channel = \"\"\n"), "redis_channel"),
        ] {
            let words = redis_of(&text).expect_err("a mistake");
            assert!(words.contains(word), "{words}");
        }
    }

    #[test]
    fn what_is_said_of_the_api_is_read_or_refused_with_its_line() {
        let api_of = |text: &str| {
            let (settings, said) = read(text);
            (settings.map(|settings| settings.server.api), lines(said))
        };
        let good = "[api]\ncors_origins = [\"https://app.example\"]\ncors_credentials = true\n[api.throttle]\nanon = \"off\"\n\
                    enroll = \"3/minute, 9/day\"\n";
        let api = api_of(good).0.expect("no mistakes");
        assert_eq!(api.throttle.each_ref().map(|rates| rates.0.len()), [0, 2, 2, 2]);
        assert_eq!((api.cors_origins[0].to_string().as_str(), api.cors_credentials), ("https://app.example", true));
        let bad = "[api]\ncors_origins = [\"https://app.example/\", \"*\"]\n[api.throttle]\nanon = \"9\"\nuser = \"9/year\"\nall = \"off\"\n";
        assert_eq!(api_of(bad), (None, vec![2, 2, 4, 5, 6]));
    }

    #[test]
    fn every_mistake_is_said_at_once() {
        let text = "[site]\nlang = \"english\"\nbase_url = \"school.example\"\n[server]\nlisten = \"8000\"\nport = 1\n";
        let (settings, said) = read(text);
        assert_eq!((settings.is_none(), lines(said)), (true, vec![2, 3, 5, 6]));
    }

    #[test]
    fn what_is_said_of_front_servers_must_make_sense() {
        let lines_of = |text: &str| {
            let (settings, said) = read(text);
            assert_eq!(settings.is_none(), said.has_errors());
            lines(said)
        };
        let good =
            "[server]\ntrusted_proxies = [\"127.0.0.1\", \"fd00::/8\"]\naccel_redirect = \"/p/\"\nlog = \"json\"\n";
        assert_eq!(lines_of(good), [0_usize; 0]);
        let bad = "[server]\ntrusted_proxies = [\"10.0.0.0/33\", \"proxy\"]\naccel_redirect = \"/p/../\"\nlog = \"xml\"\nmetrics = \"9464\"\n";
        assert_eq!(lines_of(bad), [2, 2, 3, 4, 5]);
        assert_eq!(lines_of("[server]\naccel_redirect = \"/p/\"\n"), [0], "nobody would be told");
        assert_eq!(lines_of("[edge]\nkind = \"cloudfront\"\n"), [0]);
        assert_eq!(lines_of("[edge]\nkind = \"other\"\nlifetime_minutes = 0\n"), [2, 3]);
    }
}
