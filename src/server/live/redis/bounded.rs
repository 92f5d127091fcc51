//! What comes from a Redis, with every long text in it emptied before anybody keeps it.
//!
//! Whoever may publish there may publish half a gigabyte, and the client gathers a message before it hands it on. In the
//! protocol a text is `$length`, a line's end, and so many bytes; here a length above the limit becomes 0, its bytes are
//! dropped as they come, and what is left is a message that nobody understands.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes a line may have that says the length of a text: `$` and twenty digits are plenty.
const LINE: usize = 32;

/// How much is taken from the connection at a time.
const PIECE: usize = 4 * 1024;

/// A connection whose texts are short.
pub struct Bounded<S> {
    stream: S,
    filter: Filter,
    /// What may be handed on, and how much of it was.
    ready: Vec<u8>,
    n_taken: usize,
}

impl<S> Bounded<S> {
    /// With texts of at most `limit` bytes.
    pub fn new(stream: S, limit: usize) -> Self {
        Self { stream, filter: Filter { limit, at: At::Begin }, ready: Vec::new(), n_taken: 0 }
    }
}

struct Filter {
    limit: usize,
    at: At,
}

/// Where in the protocol the next byte is.
enum At {
    /// Before a line.
    Begin,
    /// In a line that says the length of a text; so far this.
    Length(Vec<u8>),
    /// In any other line.
    Line,
    /// In a text, with its line's end: so many bytes are left.
    Text(usize),
    /// In one that is too long.
    Dropped(usize),
}

impl Filter {
    fn pass(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while let Some(first) = bytes.first() {
            bytes = match &mut self.at {
                At::Begin => {
                    // Texts, and those that say what they are or what went wrong.
                    let has_length = matches!(first, b'$' | b'=' | b'!');
                    self.at = if has_length { At::Length(Vec::new()) } else { At::Line };
                    bytes
                }
                At::Length(line) => {
                    line.push(*first);
                    if *first == b'\n' || line.len() > LINE {
                        let line = std::mem::take(line);
                        self.at = self.after_length(&line, out);
                    }
                    &bytes[1..]
                }
                At::Line => {
                    out.push(*first);
                    if *first == b'\n' {
                        self.at = At::Begin;
                    }
                    &bytes[1..]
                }
                At::Text(left) => {
                    let (text, rest) = bytes.split_at(bytes.len().min(*left));
                    out.extend_from_slice(text);
                    *left -= text.len();
                    if *left == 0 {
                        self.at = At::Begin;
                    }
                    rest
                }
                At::Dropped(left) => {
                    let n = bytes.len().min(*left);
                    *left -= n;
                    if *left == 0 {
                        self.at = At::Begin;
                    }
                    &bytes[n..]
                }
            };
        }
    }

    fn after_length(&self, line: &[u8], out: &mut Vec<u8>) -> At {
        let said = line[1..].trim_ascii_end();
        let length = str::from_utf8(said).ok().and_then(|digits| digits.parse::<usize>().ok());
        match length {
            Some(length) if length > self.limit => {
                out.extend_from_slice(&[line[0], b'0', b'\r', b'\n', b'\r', b'\n']);
                At::Dropped(length.saturating_add(2))
            }
            Some(length) => {
                out.extend_from_slice(line);
                At::Text(length + 2)
            }
            // Nothing at all, or no length: the client knows what to make of it.
            None => {
                out.extend_from_slice(line);
                if line.ends_with(b"\n") { At::Begin } else { At::Line }
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let own = self.get_mut();
        while own.n_taken == own.ready.len() {
            let mut piece = [0; PIECE];
            let mut read = ReadBuf::new(&mut piece);
            ready!(Pin::new(&mut own.stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            own.ready.clear();
            own.n_taken = 0;
            own.filter.pass(read.filled(), &mut own.ready);
        }
        let rest = &own.ready[own.n_taken..];
        let n = rest.len().min(buffer.remaining());
        buffer.put_slice(&rest[..n]);
        own.n_taken += n;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    const LIMIT: usize = 8;

    /// What comes through, cut into pieces of any size.
    fn passed(text: &[u8], piece: usize) -> Vec<u8> {
        let mut filter = Filter { limit: LIMIT, at: At::Begin };
        let mut out = Vec::new();
        text.chunks(piece).for_each(|bytes| filter.pass(bytes, &mut out));
        out
    }

    #[test]
    fn long_texts_are_emptied_and_all_else_comes_as_it_was() {
        let message = |text: &str| format!(">3\r\n$7\r\nmessage\r\n$5\r\neduca\r\n${}\r\n{text}\r\n", text.len());
        let (short, long) = (message("$9\r\n*9\r\n"), message(&"$4\r\n".repeat(1_000)));
        let other = "+OK\r\n:7\r\n_\r\n$-1\r\n%1\r\n+a\r\n,1.5\r\n#t\r\n(99999999999999999999999999999999999999999\r\n";
        let text = [&short, &long, other, "!99\r\n", &"x".repeat(99), "\r\n", &short].concat();
        let expected = [&short, &message(""), other, "!0\r\n\r\n", &short].concat();
        for piece in [1, 2, 3, 7, 100, 100_000] {
            assert_eq!(passed(text.as_bytes(), piece), expected.as_bytes(), "{piece}");
        }
    }

    #[tokio::test]
    async fn what_is_long_is_never_kept() {
        const LONG: u64 = 10_000_000;
        let head = format!("$3\r\nabc\r\n${LONG}\r\n").into_bytes();
        let stream = head.as_slice().chain(tokio::io::repeat(b'x').take(LONG)).chain(&b"\r\n+PONG\r\n"[..]);
        let mut bounded = Bounded::new(stream, LIMIT);
        let mut text = String::new();
        bounded.read_to_string(&mut text).await.expect("read");
        assert_eq!(text, "$3\r\nabc\r\n$0\r\n\r\n+PONG\r\n");
        assert!(bounded.ready.capacity() <= 2 * PIECE, "{}", bounded.ready.capacity());
    }
}
