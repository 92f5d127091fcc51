//! PostgreSQL through the program: settings, commands beside servers, moving a school there and back.

use educa::store::PostgresStore;
use reqwest::{Client, redirect};

use crate::support::{Database, PASSWORD, Program, Run, Running, Site, location};

/// Runs educa on a database.
fn on(program: &Program, url: &str, arguments: &[&str], input: &str) -> Run {
    use std::io::Write as _;
    let mut command = program.command(arguments);
    let mut child =
        command.env("EDUCA_STORE_URL", url).stdin(std::process::Stdio::piped()).spawn().expect("educa starts");
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("educa ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

fn serve(program: &Program, url: &str) -> Running {
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0", "--no-build"]);
    command.env("EDUCA_STORE_URL", url).env("EDUCA_LOG", "trace,tokio_postgres::query=trace");
    Running::start(command)
}

fn client() -> Client {
    let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy();
    client.build().expect("a client")
}

async fn signs_in(server: &Running, name: &str, password: &str) -> bool {
    let answer =
        client().post(format!("{}/accounts/login/", server.url)).form(&[("username", name), ("password", password)]);
    answer.send().await.expect("an answer").status() == 302
}

/// What a program that sends its password with each request is answered.
async fn basic(client: &Client, server: &Running, name: &str, password: &str) -> u16 {
    let request = client.get(format!("{}/api/me/", server.url)).basic_auth(name, Some(password));
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_share_a_school_and_commands_run_beside_them() {
    let Some(database) = Database::make().await else { return };
    let site = Site::smallest();
    site.build();
    let program = Program::at(site.root());
    let (first, second) = (serve(&program, &database.url), serve(&program, &database.url));
    let registration = [("username", "ada"), ("password1", PASSWORD), ("password2", PASSWORD)];
    let ada = client();
    let answer =
        ada.post(format!("{}/students/register/", first.url)).form(&registration).send().await.expect("answered");
    assert_eq!(location(&answer), "/students/courses/");
    // Cookies know no ports: the session of one server is that of the other.
    let post = async |server: &Running, path: &str| {
        let answer = ada.post(format!("{}{path}", server.url)).form(&[("course", "1")]).send().await.expect("answered");
        (answer.status().as_u16(), location(&answer))
    };
    assert_eq!(post(&second, "/students/enroll-course/").await.0, 302);
    let seats = ada.get(format!("{}/students/courses/", first.url)).send().await.expect("answered");
    assert!(seats.text().await.expect("a page").contains("/students/course/1/"), "the place is seen by the other");
    let machine = client();
    for server in [&first, &second] {
        assert_eq!(basic(&machine, server, "ada", PASSWORD).await, 200);
    }
    let other = "quite another passphrase";
    on(&program, &database.url, &["user", "password", "ada", "--password-stdin"], other).succeeded();
    for server in [&first, &second] {
        assert_eq!(basic(&machine, server, "ada", PASSWORD).await, 401, "what is remembered of it counts no more");
        assert!(signs_in(server, "ada", other).await);
        let seats = ada.get(format!("{}/students/courses/", server.url)).send().await.expect("answered");
        assert_eq!(seats.status(), 302, "the sessions ended everywhere");
    }
    on(&program, &database.url, &["user", "disable", "ada"], "").succeeded();
    assert!(!signs_in(&first, "ada", other).await && !signs_in(&second, "ada", other).await);
    let ready = client().get(format!("{}/health/ready", second.url)).send().await.expect("answered");
    assert_eq!(ready.status(), 200);
    let listed = on(&program, &database.url, &["user", "list"], "").succeeded();
    assert!(listed.contains("ada") && listed.contains("disabled"), "{listed}");
    for server in [first, second] {
        let said = server.said();
        assert!(!said.contains(&database.url) && said.contains("TRACE"), "its password is in no log");
        assert!(!said.contains("with parameters") && !said.contains("argon2id"), "nor is what stands in records");
        server.kill();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_moves_to_a_database_and_back() {
    let Some(database) = Database::make().await else { return };
    let site = Site::smallest();
    let program = Program::at(site.root());
    for name in ["ada", "ben"] {
        program.run_with_input(&["user", "add", name, "--password-stdin"], PASSWORD).succeeded();
    }
    let folder = program.run(&["dump", "-"]).succeeded();
    assert!(folder.lines().count() > 4);
    on(&program, &database.url, &["load", "-"], &folder).succeeded();
    assert_eq!(on(&program, &database.url, &["dump", "-"], "").succeeded(), folder, "the same, byte for byte");
    let again = on(&program, &database.url, &["load", "-"], &folder);
    assert!(again.fails_with("already; say --replace"), "{again:?}");
    let mistake = on(&program, &database.url, &["load", "-", "--replace"], "{\"educa\":{\"dump\":1}}\n{\"seat\":{}}\n");
    assert!(mistake.fails_with("line 2"), "{mistake:?}");
    on(&program, &database.url, &["user", "add", "cleo", "--password-stdin"], PASSWORD).succeeded();
    let backup = site.path("school.backup");
    let backup = backup.to_str().expect("a path");
    on(&program, &database.url, &["backup", backup], "").succeeded();
    let replaced = on(&program, &database.url, &["load", "-", "--replace"], &folder).succeeded();
    assert!(replaced.contains("educa_records_before_restore_1"), "{replaced}");
    assert!(!on(&program, &database.url, &["user", "list"], "").succeeded().contains("cleo"));
    on(&program, &database.url, &["restore", backup, "--replace"], "").succeeded();
    let database_dump = on(&program, &database.url, &["dump", "-"], "").succeeded();
    assert!(database_dump.contains("cleo"));
    // Back into the folder: `--data` names one, whatever the settings say.
    let data = site.path("back");
    let data = data.to_str().expect("a path");
    on(&program, &database.url, &["load", "-", "--data", data], &database_dump).succeeded();
    assert_eq!(program.run(&["dump", "-", "--data", data]).succeeded(), database_dump);
    let compact = on(&program, &database.url, &["compact"], "");
    assert!(compact.fails_with("autovacuum"), "{compact:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_is_known_by_its_certificate_and_passwords_come_from_elsewhere() {
    let Some(database) = Database::make().await else { return };
    let roots = std::env::var("EDUCA_TEST_POSTGRES_ROOT").expect("scripts/with_postgres says it");
    let named = database.url.replace("@127.0.0.1:", "@localhost:");
    let open = |url: &str| PostgresStore::open(&url.parse().expect("an address")).map(|_| ());
    open(&format!("{named}?sslrootcert={roots}")).expect("it shows the name that was asked for");
    open(&format!("{}?sslmode=require", database.url)).expect("whoever it is");
    let error = open(&format!("{}?sslmode=verify-full&sslrootcert={roots}", database.url)).expect_err("another name");
    assert!(error.to_string().contains("certificate"), "{error}");
    let error = open(&format!("{named}?sslmode=verify-full")).expect_err("nobody here trusts it");
    assert!(error.to_string().contains("certificate"), "{error}");
    let (_, rest) = database.url.split_once("//educa:").expect("a user");
    let (password, host) = rest.split_once('@').expect("a password");
    let site = Site::smallest();
    let program = Program::at(site.root());
    let bare = format!("postgresql://educa@{host}");
    let without = on(&program, &bare, &["user", "list"], "");
    assert!(without.fails_with("password"), "{without:?}");
    let mut with = program.command(&["user", "list"]);
    let with = with.env("EDUCA_STORE_URL", &bare).env("PGPASSWORD", password).output().expect("run");
    assert!(with.status.success());
    std::fs::write(site.path("secret"), format!("{password}\n")).expect("written");
    let mut with = program.command(&["user", "list"]);
    with.env("EDUCA_STORE_URL", &bare).env("EDUCA_STORE_PASSWORD_FILE", "secret").env("PGPASSWORD", "wrong");
    assert!(with.output().expect("run").status.success());
    let wrong = on(&program, &format!("postgresql://educa:hunter2@{host}"), &["user", "list"], "");
    assert!(wrong.fails_with("password authentication failed") && !wrong.err.contains("hunter2"), "{wrong:?}");
}

#[test]
fn a_place_is_said_once_and_an_address_is_one() {
    let site = Site::smallest();
    let program = Program::at(site.root());
    let settings = |store: &str| {
        let text = std::fs::read_to_string(site.path("educa.toml")).expect("read");
        let text = text.split("[store]").next().expect("some").to_owned();
        std::fs::write(site.path("educa.toml"), format!("{text}\n[store]\n{store}\n")).expect("written");
        program.run(&["user", "list"])
    };
    let both = settings("path = \"data\"\nurl = \"postgresql://localhost/school\"");
    assert!(both.fails_with("two places for one school"), "{both:?}");
    let wrong = settings("url = \"postgresql://ada:hunter2@localhost/s?sslmode=prefer\"");
    assert!(wrong.fails_with("is not the address of a database") && wrong.err.contains("verify-full"), "{wrong:?}");
    assert!(!wrong.err.contains("hunter2"), "{wrong:?}");
    let nobody = settings("url = \"postgresql://ada:hunter2@127.0.0.1:1/school\"");
    let said = "the store in postgresql://ada@127.0.0.1:1/school cannot be opened: ";
    assert!(nobody.fails_with(said) && nobody.err.contains("refused"), "{nobody:?}");
    assert!(!nobody.err.contains("hunter2"), "{nobody:?}");
    // What is nearer to the one who starts it counts: the environment over the file.
    let mut nearer = program.command(&["user", "list"]);
    assert!(nearer.env("EDUCA_STORE_PATH", "data").output().expect("run").status.success());
}
