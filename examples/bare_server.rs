//! What HTTP itself costs: hyper alone sends the bytes of one file to whoever asks, over HTTP/1.1 with `TCP_NODELAY`.
//! `benches/api` measures educa's answers beside it.
//!
//!     cargo run --release --example bare_server -- FILE

use std::convert::Infallible;
use std::io::{self, Write as _};

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let file = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("name a file"))?;
    let bytes = Bytes::from(std::fs::read(file)?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stdout(), "http://{}", listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let bytes = bytes.clone();
        let answer = service_fn(move |_: Request<Incoming>| {
            let mut response = Response::new(Body::from(bytes.clone()));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            async { Ok::<_, Infallible>(response) }
        });
        // A client that hangs up is no failure of ours.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}
