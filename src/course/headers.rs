//! What is sent with every page, by our server and by static hosts that read the build's `_headers`: one source for both.

/// What a browser may load on our pages. No inline script but the one of this digest, which knows light from dark before
/// the first paint; no inline style; no other host but the players of videos that a learner asked for.
/// `themes/school/templates/base.html` has that script, and repeats this for hosts that send no headers.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' \
    'sha256-bHfKaGDEYR2v7F5hoY5oWtrFm/WFfvrpUQhkqUyzlc4='; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; media-src 'self' https:; connect-src 'self'; \
    frame-src 'self' https://www.youtube-nocookie.com https://player.vimeo.com; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers that every answer has, by their names in lower case.
pub const SECURITY_HEADERS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    // Not stricter: players of videos ask which site they play on, and then hear its name and no path.
    ("referrer-policy", "strict-origin-when-cross-origin"),
];

/// How a file is cached whose name changes with its bytes.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// How any other public file is cached: kept, and asked for again each time.
pub const REVALIDATE: &str = "public, no-cache";

/// The content type of a feed; its ending alone would make it any XML.
pub const FEED: &str = "application/atom+xml; charset=utf-8";
