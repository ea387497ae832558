//! What a program prints, into the store.

use super::*;

#[test]
fn a_pipe_passes_on_what_it_keeps() {
    let desk = Desk::new();
    desk.file("in", format!("{DJANGO}no end"));
    let mut command = desk.command(&["logs", "pipe", "--source", "sync", "--tee"]);
    let answer = command.stdin(File::open(desk.path().join("in")).unwrap()).output().unwrap();
    let answer = Answer::of(answer);
    assert_eq!(done(&answer).out, format!("{DJANGO}no end"));
    let found = desk.run(&["logs", "search", "source:sync level:error", "--json"]).json();
    assert!(found["rows"][0]["message"].as_str().unwrap().ends_with("Délai dépassé"), "{found}");
}

#[test]
fn a_pipe_outlives_its_server_and_loses_nothing() {
    let desk = Desk::new();
    let served = desk.serve();
    let mut pipe = desk.command(&["logs", "pipe", "--source", "long"]);
    let mut pipe = pipe.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut into = pipe.stdin.take().unwrap();
    let mut said = BufReader::new(pipe.stderr.take().unwrap());
    let mut write = |numbers: std::ops::Range<u32>| {
        let lines: String = numbers.map(|number| format!("2025-01-10 14:00:00 INFO line {number}\n")).collect();
        into.write_all(lines.as_bytes()).unwrap();
    };
    write(0..500);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while desk.run(&["logs", "search", "source:long | stats count() as n", "--json"]).json()["table"][0][0] != 500 {
        assert!(std::time::Instant::now() < deadline, "the first lines do not arrive");
    }
    drop(served);
    write(500..1_000);
    // Nobody serves any more: it becomes the owner itself.
    write(1_000..1_500);
    drop(into);
    assert!(pipe.wait().unwrap().success());
    let mut heard = String::new();
    said.read_to_string(&mut heard).unwrap();
    assert!(heard.matches("it is tried again").count() <= 1, "{heard}");
    let found = desk.run(&["logs", "search", "source:long", "--text", "--limit", "10000"]);
    let mut lines: Vec<&str> = done(&found).out.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 1_500, "{heard}");
}

#[test]
fn a_pipe_lets_go_of_the_directory_when_a_server_starts() {
    let desk = Desk::new();
    let pipe = |source: &str| {
        let mut pipe = desk.command(&["logs", "pipe", "--source", source]);
        pipe.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let write = |into: &mut dyn std::io::Write, numbers: std::ops::Range<u32>| {
        let lines: String = numbers.map(|number| format!("2025-01-10 14:00:00 INFO line {number}\n")).collect();
        into.write_all(lines.as_bytes()).unwrap();
    };
    let kept = |source: &str, expected: u64| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let query = format!("source:{source} | stats count() as n");
        loop {
            let answer = desk.run(&["logs", "search", &query, "--json"]);
            if answer.code == 0 && answer.json()["table"][0][0] == expected {
                break;
            }
            assert!(std::time::Instant::now() < deadline, "{expected} of {source} do not arrive: {}", answer.said);
        }
    };
    let mut owner = pipe("owner");
    write(owner.stdin.as_mut().unwrap(), 0..500);
    kept("owner", 500);
    // Another one, which goes through the first.
    let mut guest = pipe("guest");
    write(guest.stdin.as_mut().unwrap(), 0..500);
    kept("guest", 500);

    let served = desk.serve();
    let waited = format!("held by process {} (`vigie logs pipe`); waiting until it lets go", owner.id());
    assert!(served.1.contains(&waited), "{}", served.1);
    let other = desk.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(other.code == 2 && other.said.contains("(`vigie serve`)"), "{}", other.said);
    for (mut pipe, source) in [(owner, "owner"), (guest, "guest")] {
        let mut into = pipe.stdin.take().unwrap();
        write(&mut into, 500..1_000);
        kept(source, 1_000);
        drop(into);
        let ended = pipe.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
}
