use super::*;

fn load(text: &str, variables: &[(&str, &str)], options: &Global) -> Result<Config, Failure> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::from_parts(Some((Path::new("vigie.toml"), text)), options, None, &variables)
}

fn message(text: &str, variables: &[(&str, &str)]) -> String {
    load(text, variables, &Global::default()).unwrap_err().to_string()
}

#[test]
fn options_go_over_variables_over_the_file() {
    let text = "data = \"a\"\nlisten = \"127.0.0.1:1\"\ntime-zone = \"Europe/Paris\"\n";
    let options = Global { data: Some("c".into()), ..Global::default() };
    let config = load(text, &[("VIGIE_DATA", "b"), ("VIGIE_LISTEN", "127.0.0.1:2")], &options).unwrap();
    assert_eq!((config.data.value, config.data.from), (PathBuf::from("c"), Source::Option("data")));
    assert_eq!(config.listen.value.port(), 2);
    assert_eq!(config.listen.from, Source::Variable("VIGIE_LISTEN"));
    assert_eq!(config.zone.from, Source::File { name: "vigie.toml".into(), line: 3 });
    assert_eq!(config.secret_key_file.value, PathBuf::from("c/secret.key"));
    assert_eq!(config.jobs_max.from, Source::Default);
}

#[test]
fn everything_wrong_is_named_where_it_stands() {
    let text = "listen = \"here\"\n\ntime-zone = \"Europe/Pris\"\njobs-max = 0\n";
    insta::assert_snapshot!(message(text, &[("VIGIE_DATABASE", "mysql://root:s3cret@localhost/x")]), @r"
    error: vigie.toml:1: listen: `here` is not an address and a port: write it as 127.0.0.1:8787
    error: VIGIE_DATABASE: database: `mysql:…` is not known: write postgres://user@host/name, or leave it out for SQLite in the data directory
    error: vigie.toml:3: time-zone: `Europe/Pris` is not a known zone: write it as Europe/Paris
    error: vigie.toml:4: jobs-max: `0` is not a number from 1 to 1000: correct it
    ");
    let unknown = message("data = \"a\"\n[send]\nsubjet = \"x\"\n", &[]);
    assert!(unknown.starts_with("error: vigie.toml:3: unknown field `subjet`"), "{unknown}");
    assert!(message("data = 1\n", &[]).starts_with("error: vigie.toml:1: invalid type"));
}

#[test]
fn what_is_collected_is_checked_table_by_table() {
    let right = "[[collect]]\nfiles = [\"/var/log/*.log\"]\n\n[[collect]]\nfiles = [\"/srv/a.log\"]\nlabels = { app = \"shop\", env = \"prod\" }\n[[collect]]\nsyslog = \"127.0.0.1:5514\"\n[[collect]]\njournald = true\n";
    let config = load(right, &[], &Global::default()).unwrap();
    let shown: Vec<_> = lines(&config).into_iter().filter(|(name, ..)| name.starts_with("collect")).collect();
    insta::assert_debug_snapshot!("collected", shown);
    let wrong = "[[collect]]\nfiles = [\"logs/*.log\"]\n[[collect]]\nfiles = []\n[[collect]]\nsyslog = \"514\"\n[[collect]]\n[[collect]]\njournald = true\nsyslog = \"127.0.0.1:1\"\n[[collect]]\nfiles = [\"/a/***\"]\n[[collect]]\nfiles = [\"/a\"]\nlabels = { level = \"x\" }\n[[collect]]\njournald = true\nlabels = { app = \"x\" }\n";
    insta::assert_snapshot!("not_collected", message(wrong, &[]));
    assert!(message("[[collect]]\nfile = [\"/a\"]\n", &[]).starts_with("error: vigie.toml:2: unknown field `file`"));
}

#[test]
fn what_a_table_leaves_out_is_told_to_be_the_default() {
    let config = load("[log-store]\n\nkeep-days = 7\n", &[], &Global::default()).unwrap();
    let from = |wanted: &str| lines(&config).into_iter().find(|(name, ..)| name == wanted).unwrap().2;
    assert_eq!(from("log-store.keep-days"), "vigie.toml:3");
    for name in ["keep-megabytes", "own-logs", "folders", "watched", "memory-megabytes"] {
        assert_eq!(from(&format!("log-store.{name}")), "default", "{name}");
    }
}

#[test]
fn a_mistyped_variable_is_noticed() {
    let variables = [("VIGIE_LISTN".to_owned(), "x".to_owned()), ("VIGIE_DATA".to_owned(), "x".to_owned())].into();
    assert_eq!(unknown_variables(&variables), ["VIGIE_LISTN is no setting: did you mean VIGIE_LISTEN?"]);
}

#[test]
fn no_password_is_shown() {
    let config =
        load("database = \"postgres://vigie:s3cret@db.exemple.fr/vigie?password=s3cret\"", &[], &Global::default());
    let config = config.unwrap();
    let shown = format!("{config:?} {:?}", lines(&config));
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(shown.contains("db.exemple.fr/vigie"));
}

#[test]
fn the_example_holds_every_setting_and_is_right() {
    let example = include_str!("../../../../packaging/vigie.example.toml");
    // As it is: everything is a comment, so everything is the default.
    let config = load(example, &[], &Global::default()).unwrap();
    assert!(lines(&config).iter().all(|(_, _, from)| from == "default"));
    // With the settings uncommented: lines of prose begin with "# " and a capital or end a sentence.
    let bare: String = example
        .lines()
        .map(|line| line.strip_prefix("#").filter(|l| !l.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
        .collect();
    let config = load(&bare, &[], &Global::default()).unwrap();
    let from_default: Vec<_> = lines(&config).into_iter().filter(|(_, _, from)| from == "default").collect();
    assert!(from_default.is_empty(), "not in the example: {from_default:?}");
}

#[test]
fn a_mapping_of_a_sync_may_be_a_file() {
    let text = "[sync.pays]\nsource = \"https://a.example\"\ntarget = \"https://b.example\"\nmap = \"map.csv\"\n";
    let config = load(text, &[], &Global::default()).unwrap();
    assert_eq!(config.sync["pays"].map, dhis2::settings::Mapping::File("map.csv".to_owned()));
}
