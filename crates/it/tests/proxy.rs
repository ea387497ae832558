//! The recipes for nginx, Caddy and Traefik, run: all of Vigie at a path of a site, behind the login of that site. Every page is walked, and
//! each address on it is below the path.

use crate::harness::{
    Ended, PATIENCE, Setting, Stage,
    http::{HttpReply, send},
    say, wait_for,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const NGINX: &str = include_str!("../../../docs/recipes/nginx-vigie.conf");
const CADDY: &str = include_str!("../../../docs/recipes/Caddyfile");
const TRAEFIK: &str = include_str!("../../../docs/recipes/traefik.yml");
/// Attributes whose value may begin with `/` and is no address.
const TEXTS: [&str; 6] = ["value", "placeholder", "title", "aria-label", "content", "data-copy"];
/// Pages that differ by their query alone.
const ALIKE_MAX: usize = 3;
const PAGES_MAX: usize = 600;

fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port()
}

/// A stage with a mailing that was sent, whose settings are those of the recipe.
fn stage(from: &str) -> Stage {
    let stage = Stage::new(Setting { recipients: 3, ..Setting::default() });
    let mut sending = stage.send();
    stage.finished(&mut sending);
    sending.wait();
    let socket = stage.folder.path().join("http.sock");
    let settings = format!(
        "base-path = \"/vigie\"\n[socket]\npath = \"{}\"\n[proxy-login]\nfrom = [\"{from}\"]\n\
         user-header = \"Remote-User\"\ngroups-header = \"Remote-Groups\"\nadmin-groups = [\"vigie-admins\"]\nmake-users = true\n\
         logout = \"/oauth2/sign_out\"\n",
        socket.display()
    );
    fs::write(stage.folder.path().join("vigie.toml"), settings).expect("the folder is writable");
    stage
}

/// The login of the site, which knows one person: whoever has her cookie.
fn login(port: u16) -> String {
    format!(
        "map $http_cookie $who {{ default \"\"; \"~site=ana\" ana; }} map $who $groups {{ default \"\"; ana \"a,vigie-admins\"; }}\n\
         server {{ listen 127.0.0.1:{port}; location / {{ if ($who = \"\") {{ return 401; }}\n\
         add_header Remote-User $who always; add_header Remote-Groups $groups always; return 204; }} }}\n"
    )
}

fn nginx(program: &Path, folder: &Path, servers: &str) -> Ended {
    let here = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {here}/tmp-{name};\n"))
        .concat();
    let config = format!(
        "daemon off; master_process off; pid {here}/nginx.pid; error_log {here}/error.log;\n\
         events {{ worker_connections 256; }}\nhttp {{ access_log off;\n{temporary}{servers} }}\n"
    );
    fs::write(folder.join("main.conf"), config).expect("the folder is writable");
    let mut command = Command::new(program);
    command.arg("-p").arg(folder).arg("-e").arg(folder.join("error.log")).arg("-c").arg(folder.join("main.conf"));
    Ended::start(&mut command)
}

fn ask(site: &str, path: &str, headers: &str) -> HttpReply {
    let head = format!("GET {path}\nAccept: text/html\n{headers}");
    send(site, &head, b"").unwrap_or_else(|error| panic!("{path}: {error}"))
}

const ANA: &str = "Cookie: site=ana\nRemote-User: root\nRemote-User: eve\nRemote-Groups: none";

/// (attribute, address) of each that begins with `/`, read without the help of what has written them.
fn addresses(html: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, _) in html.match_indices("=\"/") {
        // An example in a guide is text, and no tag.
        if html[..at].rfind('<') < html[..at].rfind('>') {
            continue;
        }
        let name = html[..at].rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let value = html[at + 2..].split('"').next().unwrap_or_default();
        found.push((name.to_owned(), value.replace("&#38;", "&").replace("&amp;", "&")));
    }
    found
}

/// Follows every link there is; how many pages were read.
fn walk(site: &str) -> usize {
    let (mut waiting, mut seen, mut alike) =
        (vec!["/vigie/".to_owned()], BTreeSet::new(), BTreeMap::<String, usize>::new());
    while let Some(path) = waiting.pop() {
        let times = alike.entry(path.split(['?', '#']).next().unwrap_or_default().to_owned()).or_default();
        *times += 1;
        if *times > ALIKE_MAX || seen.len() >= PAGES_MAX || !seen.insert(path.clone()) {
            continue;
        }
        let reply = ask(site, path.split('#').next().unwrap_or_default(), ANA);
        assert!(reply.status < 400, "{path}: {} {}", reply.status, reply.body);
        if let Some(to) = reply.header("location") {
            assert!(to.starts_with("/vigie/"), "{path} leads to {to}");
            waiting.push(to.to_owned());
        }
        if !reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            continue;
        }
        for (name, address) in addresses(&reply.body).into_iter().filter(|(name, _)| !TEXTS.contains(&name.as_str())) {
            assert!(address.starts_with("/vigie/"), "{path}: {name}=\"{address}\"");
            let is_stream = address.contains("/events") || address.contains("/tail");
            if matches!(name.as_str(), "href" | "src") && !is_stream {
                waiting.push(address);
            }
        }
    }
    seen.len()
}

/// The first bytes of a stream of events, while it stays open.
fn streams(site: &str) {
    let mut stream = TcpStream::connect(site).expect("the site listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let head =
        format!("GET /vigie/events HTTP/1.1\r\nHost: {site}\r\nCookie: site=ana\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut lines = BufReader::new(stream).lines().map(|line| line.expect("it goes on"));
    assert_eq!(lines.next().as_deref(), Some("HTTP/1.1 200 OK"));
    let head: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
    assert!(head.iter().any(|line| line.to_lowercase() == "content-type: text/event-stream"), "{head:?}");
    let said = lines.find(|line| line.starts_with(':') || line.starts_with("event") || line.starts_with("retry"));
    assert!(said.is_some(), "the stream is not held back");
}

fn is_behind_the_login(site: &str) {
    let stranger = ask(site, "/vigie/jobs", "Remote-User: ana\nRemote-Groups: vigie-admins");
    assert_eq!(stranger.status, 401, "who is not logged in at the site is nobody: {}", stranger.body);
    let page = ask(site, "/vigie/me", ANA);
    assert!(
        page.status == 200 && page.body.contains("<span>ana</span>"),
        "what a client makes up is replaced: {}",
        page.body
    );
    assert!(page.body.contains(&format!("href=\"http://{site}/oauth2/sign_out\"")), "{}", page.body);
    // What programs call is not behind the login, and nobody is named there.
    let claimed = "Authorization: Bearer vigie_none\nRemote-User: ana\nRemote-Groups: vigie-admins";
    for path in ["/vigie/api/v1/jobs", "/vigie/api/0/organizations/x/chunk-upload/"] {
        let reply = ask(site, path, claimed);
        assert_eq!(reply.status, 401, "{path}: {}", reply.body);
    }
    let jobs = ask(site, "/vigie/api/v1/jobs", ANA);
    assert_eq!(jobs.status, 200, "a page asks the API as whoever reads it: {}", jobs.body);
    let described = ask(site, "/vigie/api/openapi.json", ANA).json();
    assert_eq!(described["servers"][0]["url"], "/vigie");
    streams(site);
}

#[test]
fn behind_nginx_all_of_vigie_is_below_its_path_and_behind_the_sites_login() {
    let Some(program) = find_program("nginx") else { return say("skipped: no nginx; Debian's package: nginx-light") };
    let stage = stage("socket");
    let running = stage.serve();
    let socket = stage.folder.path().join("http.sock");
    wait_for("the socket", PATIENCE, || socket.exists().then_some(()));
    let (port, login_port) = (free_port(), free_port());
    let recipe = NGINX
        .replace("http://VIGIE", &format!("http://unix:{}:", socket.display()))
        .replace("http://LOGIN", &format!("http://127.0.0.1:{login_port}"));
    let folder = tempfile::tempdir().expect("a folder");
    let servers = format!("{}server {{ listen 127.0.0.1:{port};\n{recipe} }}\n", login(login_port));
    let _nginx = nginx(&program, folder.path(), &servers);
    let site = format!("127.0.0.1:{port}");
    wait_for("nginx", PATIENCE, || TcpStream::connect(&site).ok());
    is_behind_the_login(&site);
    let pages = walk(&site);
    assert!(pages > 60, "only {pages} pages");
    say(&format!("{pages} pages below /vigie, behind nginx"));
    let (status, _) = running.terminate();
    assert!(status.success(), "{status}");
}

/// Vigie behind a proxy that passes each request on by TCP: `start` is given the proxy's port, the login's, where Vigie answers
/// and a folder.
fn behind(start: impl FnOnce(u16, u16, &str, &Path) -> Ended) {
    let Some(nginx_program) = find_program("nginx") else {
        return say("skipped: no nginx, which plays the login of the site");
    };
    let stage = stage("127.0.0.1");
    let running = stage.serve();
    let vigie = wait_for("the server", PATIENCE, || stage.serving());
    let vigie = vigie.strip_suffix("/vigie").expect("where it answers, with the path");
    let (port, login_port) = (free_port(), free_port());
    let folder = tempfile::tempdir().expect("a folder");
    let _login = nginx(&nginx_program, folder.path(), &login(login_port));
    let _proxy = start(port, login_port, vigie, folder.path());
    let site = format!("127.0.0.1:{port}");
    wait_for("the proxy", PATIENCE, || TcpStream::connect(&site).ok());
    // It may listen before it knows its routes.
    wait_for("its routes", PATIENCE, || (ask(&site, "/vigie/me", ANA).status == 200).then_some(()));
    is_behind_the_login(&site);
    let page = ask(&site, "/vigie/", ANA);
    assert!(page.status == 200 && addresses(&page.body).len() > 10, "{}", page.body);
    let (status, took) = running.terminate();
    assert!(status.success() && took < Duration::from_secs(20), "{status}");
}

#[test]
fn behind_caddy_too() {
    let Some(program) = find_program("caddy") else { return say("skipped: no Caddy; Debian's package: caddy") };
    behind(|port, login_port, vigie, folder| {
        let recipe = CADDY
            .replace("\nSITE {", &format!("\nhttp://127.0.0.1:{port} {{\n\tbind 127.0.0.1"))
            .replace("reverse_proxy VIGIE", &format!("reverse_proxy {vigie}"))
            .replace("forward_auth LOGIN", &format!("forward_auth 127.0.0.1:{login_port}"));
        let file = folder.join("Caddyfile");
        fs::write(&file, format!("{{\n\tadmin off\n\tauto_https off\n}}\n{recipe}")).expect("the folder is writable");
        let mut command = Command::new(program);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("HOME", folder);
        command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
        Ended::start(command.stderr(fs::File::create(folder.join("caddy.log")).expect("a file")))
    });
}

#[test]
fn behind_traefik_too() {
    let test = env::current_exe().expect("a test has a path");
    // What `cargo xtask test` has installed lies beside `target/PROFILE/deps`.
    let installed = test.ancestors().nth(3).map(|target| target.join("recipes/python/bin/traefik"));
    let installed = installed.filter(|program| program.is_file());
    let Some(program) = installed.or_else(|| find_program("traefik")) else { return say("skipped: no Traefik") };
    behind(|port, login_port, vigie, folder| {
        let vigie = if vigie.contains("://") { vigie.to_owned() } else { format!("http://{vigie}") };
        let recipe = TRAEFIK
            .replace("your.site", "127.0.0.1")
            .replace("http://authelia:9091/api/authz/forward-auth", &format!("http://127.0.0.1:{login_port}/"))
            .replace("http://127.0.0.1:8787", &vigie);
        let file = folder.join("traefik.yml");
        fs::write(&file, recipe).expect("the folder is writable");
        let mut command = Command::new(program);
        command.arg(format!("--entrypoints.web.address=127.0.0.1:{port}"));
        command.arg(format!("--providers.file.filename={}", file.display()));
        command.args(["--global.checknewversion=false", "--global.sendanonymoususage=false", "--log.level=WARN"]);
        Ended::start(command.stdout(fs::File::create(folder.join("traefik.log")).expect("a file")))
    });
}
