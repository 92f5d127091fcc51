//! TLS in educa itself: both protocols, impatience with slow handshakes, certificates that change.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use educa::server::{ServerConfig, Tls, TlsConfig};
use http::Request;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{PASSWORD, Program, Raw, Server, Site};

/// A certificate for this machine, laid beside a school.
fn certify(site: &Site) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    site.write("tls/key.pem", made.signing_key.serialize_pem());
    site.write("tls/certificate.pem", made.cert.pem());
    made.cert.der().clone()
}

fn files(site: &Site) -> TlsConfig {
    TlsConfig { certificate: site.path("tls/certificate.pem"), key: site.path("tls/key.pem"), acme: None }
}

async fn server() -> (Server, CertificateDer<'static>) {
    let site = Site::smallest();
    let certificate = certify(&site);
    let tls = Tls::open(files(&site)).expect("a certificate");
    let config = ServerConfig { head_timeout: Duration::from_millis(500), ..ServerConfig::default() };
    (Server::with_parts(site, config, |app| app.tls = Some(Arc::new(tls))).await, certificate)
}

async fn connect(
    address: SocketAddr,
    certificate: &CertificateDer<'static>,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::from(address.ip()), stream).await
}

async fn ask(address: SocketAddr, certificate: &CertificateDer<'static>, request: &str) -> String {
    let mut stream = connect(address, certificate, b"http/1.1").await.expect("a handshake");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    // Some clients would call an end without a farewell an error.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn visitors_come_by_https() {
    let (server, certificate) = server().await;
    let address = server.address;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let page = ask(address, &certificate, &get("/course/sets/")).await;
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("All about sets."), "{page}");
    let api = ask(address, &certificate, &get("/api/")).await;
    assert!(api.contains(&format!("https://{address}/api/courses/")), "{api}");
    server.account("ada", educa::school::Role::Student).await;
    let form = format!("username=ada&password={}", PASSWORD.replace(' ', "+"));
    let kind = "application/x-www-form-urlencoded";
    let sign_in = format!(
        "POST /accounts/login/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = ask(address, &certificate, &sign_in).await;
    assert!(answer.starts_with("HTTP/1.1 302") && answer.contains("; Secure\r\n"), "{answer}");
}

#[tokio::test]
async fn http2_is_agreed_on() {
    let (server, certificate) = server().await;
    let stream = connect(server.address, &certificate, b"h2").await.expect("a handshake");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut client, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("a connection");
    tokio::spawn(connection);
    let url = format!("https://{}/course/sets/", server.address);
    for _ in 0..3 {
        let request = Request::get(&url).body(Body::empty()).expect("a request");
        let answer = client.send_request(request).await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let body = axum::body::to_bytes(Body::new(answer.into_body()), 1 << 20).await.expect("a body");
        assert!(String::from_utf8_lossy(&body).contains("All about sets."));
    }
}

#[tokio::test]
async fn who_does_not_shake_hands_is_shown_out() {
    let (server, certificate) = server().await;
    let silent = Raw::to(server.address).await;
    let mut slow = Raw::to(server.address).await;
    slow.send(b"\x16\x03\x01\x02").await;
    let mut plain = Raw::to(server.address).await;
    plain.send(format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address)).await;
    let mut idle = connect(server.address, &certificate, b"http/1.1").await.expect("a handshake");
    let began = tokio::time::Instant::now();
    assert_eq!(silent.until_closed().await, "");
    slow.until_closed().await;
    assert!(!plain.until_closed().await.contains("HTTP/1.1 200"));
    let mut rest = Vec::new();
    let _ = idle.read_to_end(&mut rest).await;
    assert!(rest.is_empty() && began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(connect(server.address, &certificate, b"ftp").await.is_err(), "a protocol that we do not speak");
}

#[tokio::test]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let (server, old) = server().await;
    server.site.write("tls/key.pem", "no key");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    connect(server.address, &old, b"http/1.1").await.expect("what cannot be used changes nothing");
    let new = certify(&server.site);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(8);
    while connect(server.address, &new, b"http/1.1").await.is_err() {
        assert!(tokio::time::Instant::now() < deadline, "the new one is not in use");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(connect(server.address, &old, b"http/1.1").await.is_err(), "the old one is not trusted for the new");
}

#[tokio::test]
async fn the_program_takes_a_certificate_and_says_what_is_wrong_with_one() {
    let site = Site::smallest();
    let settings =
        "[site]\ntitle = \"T\"\n[server.tls]\ncertificate = \"tls/certificate.pem\"\nkey = \"tls/key.pem\"\n";
    site.write("educa.toml", settings);
    let program = Program::at(site.root());
    let refused = |what: &str| {
        let run = program.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert!(run.code == 1 && run.err.contains(what) && !run.err.contains("panicked"), "{what}: {run:?}");
    };
    refused("tls/certificate.pem: no such file");
    certify(&site);
    let key = site.read("tls/key.pem");
    certify(&site);
    site.write("tls/key.pem", &key);
    refused("cannot be used with the key");
    site.write("tls/key.pem", "secret words");
    refused("no private key in PEM");
    site.write("tls/certificate.pem", "");
    refused("no certificate in PEM");
    let certificate = certify(&site);
    let running = program.serve(&[]);
    let address: SocketAddr = running.url.strip_prefix("https://").expect("https").parse().expect("an address");
    let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    assert!(ask(address, &certificate, &request).await.starts_with("HTTP/1.1 200"));
}
