//! Videos: which player a public URL belongs to. Rows C15 and C16.

use percent_encoding::percent_decode_str;

/// Where a video plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Video {
    /// A video on YouTube: its id, and where to begin, in seconds.
    YouTube {
        /// 11 characters.
        id: String,
        /// Seconds; 0 is the beginning.
        start: u32,
    },
    /// A video on Vimeo.
    Vimeo {
        /// Digits.
        id: String,
        /// The second part of an unlisted video's address.
        hash: Option<String>,
    },
    /// A media file on another host.
    Remote(String),
    /// A media file of the school: the path of a resource below the content folder.
    Local(String),
}

/// Endings of media files that browsers play.
pub const VIDEO_ENDINGS: [&str; 4] = ["mp4", "webm", "ogv", "m4v"];

/// Why a text is no video.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAVideo {
    /// Not a URL, and not a media file's path.
    #[error("this is neither a URL that begins with https:// nor the path of a video file")]
    NotAUrl,
    /// A host that is no known provider, and no media file.
    #[error("\"{0}\" is no known video provider and the address is not of a media file")]
    UnknownProvider(String),
    /// The provider is known, but the id is not one of its.
    #[error("this is not the address of a video on {0}")]
    BadId(&'static str),
}

/// Understands what an author wrote after `video =`. A path stays as written, to be resolved like any link.
pub fn parse(text: &str) -> Result<Video, NotAVideo> {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        let path = !text.contains("://") && has_video_ending(text);
        return if path { Ok(Video::Local(text.to_owned())) } else { Err(NotAVideo::NotAUrl) };
    };
    let (location, query) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
    let (host, path) = location.split_once('/').unwrap_or((location, ""));
    let host = host.to_ascii_lowercase();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match host.trim_start_matches("www.").trim_start_matches("m.") {
        "youtube.com" | "youtube-nocookie.com" => match parts.as_slice() {
            ["watch"] => you_tube(parameter(query, "v").unwrap_or_default(), query),
            ["embed" | "shorts" | "live" | "v", id] => you_tube((*id).to_owned(), query),
            _ => Err(NotAVideo::BadId("YouTube")),
        },
        "youtu.be" => you_tube(parts.first().copied().unwrap_or_default().to_owned(), query),
        "vimeo.com" | "player.vimeo.com" => vimeo(&parts, query),
        "" => Err(NotAVideo::NotAUrl),
        _ if has_video_ending(path) => Ok(Video::Remote(text.to_owned())),
        other => Err(NotAVideo::UnknownProvider(other.to_owned())),
    }
}

fn you_tube(id: String, query: &str) -> Result<Video, NotAVideo> {
    let sound = id.len() == 11 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !sound {
        return Err(NotAVideo::BadId("YouTube"));
    }
    let start = parameter(query, "t").or_else(|| parameter(query, "start"));
    let start = start.and_then(|text| text.trim_end_matches('s').parse().ok()).unwrap_or(0);
    Ok(Video::YouTube { id, start })
}

fn vimeo(parts: &[&str], query: &str) -> Result<Video, NotAVideo> {
    let is_id = |part: &str| !part.is_empty() && part.len() <= 12 && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some(at) = parts.iter().rposition(|part| is_id(part)) else { return Err(NotAVideo::BadId("Vimeo")) };
    let hash = parts.get(at + 1).map(|part| (*part).to_owned()).or_else(|| parameter(query, "h"));
    match hash {
        Some(hash) if !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => Err(NotAVideo::BadId("Vimeo")),
        hash => Ok(Video::Vimeo { id: parts[at].to_owned(), hash }),
    }
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let pair = query.split(['&', '#']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    percent_decode_str(pair).decode_utf8().ok().map(|text| text.into_owned())
}

fn has_video_ending(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| VIDEO_ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_people_paste() {
        let id = "F5mRW0jo-U4";
        for text in [
            "https://www.youtube.com/watch?v=F5mRW0jo-U4",
            "https://youtube.com/watch?list=x&v=F5mRW0jo-U4",
            "https://m.youtube.com/watch?v=F5mRW0jo-U4#x",
            "https://youtu.be/F5mRW0jo-U4",
            "https://www.youtube-nocookie.com/embed/F5mRW0jo-U4",
            "https://www.youtube.com/shorts/F5mRW0jo-U4",
        ] {
            assert_eq!(parse(text), Ok(Video::YouTube { id: id.into(), start: 0 }), "{text}");
        }
        assert_eq!(parse("https://youtu.be/F5mRW0jo-U4?t=90s"), Ok(Video::YouTube { id: id.into(), start: 90 }));
        assert_eq!(parse("https://vimeo.com/76979871"), Ok(Video::Vimeo { id: "76979871".into(), hash: None }));
        let unlisted = Video::Vimeo { id: "76979871".into(), hash: Some("8272103f6e".into()) };
        assert_eq!(parse("https://vimeo.com/76979871/8272103f6e"), Ok(unlisted.clone()));
        assert_eq!(parse("https://player.vimeo.com/video/76979871?h=8272103f6e"), Ok(unlisted));
        assert_eq!(parse("https://e.org/a.MP4"), Ok(Video::Remote("https://e.org/a.MP4".into())));
        assert_eq!(parse("../media/a.mp4"), Ok(Video::Local("../media/a.mp4".into())));
    }

    #[test]
    fn everything_else_is_said_to_be_wrong() {
        for text in ["", "F5mRW0jo-U4", "ftp://e.org/a.mp4", "javascript:a.mp4://"] {
            assert_eq!(parse(text), Err(NotAVideo::NotAUrl), "{text}");
        }
        assert_eq!(parse("https://youtu.be/short"), Err(NotAVideo::BadId("YouTube")));
        assert_eq!(parse("https://youtu.be/\"onload=x;y"), Err(NotAVideo::BadId("YouTube")));
        assert_eq!(parse("https://vimeo.com/channels"), Err(NotAVideo::BadId("Vimeo")));
        assert_eq!(parse("https://e.org/watch"), Err(NotAVideo::UnknownProvider("e.org".into())));
    }
}
