//! The promise of the store, kept by the whole program: the account and the enrollment that a client was told of are there
//! after `kill -9`. Rows U5, E2, E3.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reqwest::{Client, Method, redirect};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::support::{PASSWORD, Program, Running, Site, location};

const KILLS: u64 = 20;
const CLIENTS: usize = 6;

/// What somebody was told before the server died.
#[derive(Debug, Clone)]
struct Told {
    name: String,
    /// Whether they were also told that they are enrolled.
    enrolled: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_was_told_survives_twenty_kills() {
    let site = Site::smallest();
    site.build();
    let program = Program::at(site.root());
    let told = Arc::new(Mutex::new(Vec::<Told>::new()));
    let names = Arc::new(AtomicU32::new(0));
    let mut checked = 0;
    for kill in 0..KILLS {
        let server = program.serve(&["--no-build"]);
        // Everyone who was told something since the last time, and a few of those before.
        let so_far = told.lock().await.clone();
        for person in so_far.iter().skip(checked).chain(so_far.iter().take(2)) {
            check(&server, person).await;
        }
        checked = so_far.len();
        let (answer, mut answered) = mpsc::unbounded_channel();
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(join(server.url.clone(), told.clone(), names.clone(), answer.clone()));
        }
        // Different moments of the work, the same in every run: after so many answers, and a little later.
        for _ in 0..1 + kill * 7 % 6 {
            tokio::time::timeout(Duration::from_secs(20), answered.recv()).await.expect("the server answers");
        }
        tokio::time::sleep(Duration::from_millis(kill * 13 % 29)).await;
        server.kill();
        clients.shutdown().await;
    }
    let server = program.serve(&["--no-build"]);
    let all = told.lock().await.clone();
    assert!(all.len() > 20, "only {} were told something", all.len());
    assert!(all.iter().any(|person| person.enrolled));
    for person in all.iter().skip(checked) {
        check(&server, person).await;
    }
}

/// Registers and enrolls one after the other until the server is gone, and notes what it was told.
async fn join(url: String, told: Arc<Mutex<Vec<Told>>>, names: Arc<AtomicU32>, answered: mpsc::UnboundedSender<()>) {
    loop {
        let name = format!("person{}", names.fetch_add(1, Ordering::Relaxed));
        let client = client();
        let form = [("username", name.as_str()), ("password1", PASSWORD), ("password2", PASSWORD)];
        let answer = client.post(format!("{url}/students/register/")).form(&form).send().await;
        let Ok(answer) = answer else { return };
        assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/students/courses/"));
        let at = {
            let mut told = told.lock().await;
            told.push(Told { name, enrolled: false });
            told.len() - 1
        };
        let _ = answered.send(());
        let answer = client.post(format!("{url}/students/enroll-course/")).form(&[("course", "1")]).send().await;
        let Ok(answer) = answer else { return };
        assert_eq!(location(&answer), "/students/course/1/");
        told.lock().await[at].enrolled = true;
        let _ = answered.send(());
    }
}

/// The account can sign in with its password, and is enrolled if it was told so.
async fn check(server: &Running, person: &Told) {
    // Basic credentials are checked as a sign-in is, and contents are for the enrolled alone.
    let request = client().request(Method::GET, format!("{}/api/courses/1/contents/", server.url));
    let answer = request.basic_auth(&person.name, Some(PASSWORD)).send().await.expect("an answer");
    let status = answer.status().as_u16();
    assert!(if person.enrolled { status == 200 } else { [200, 403].contains(&status) }, "{person:?}: {status}");
}

fn client() -> Client {
    let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy();
    client.build().expect("a client")
}
