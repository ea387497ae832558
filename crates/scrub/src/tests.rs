//! Tables of what is masked and what is not.

use super::*;
use proptest::prelude::*;

#[test]
fn secrets_are_masked_and_the_rest_is_left() {
    for (line, expected) in [
        ("login password=hunter2 ok", "login password=*** ok"),
        ("smtp_password: hunter2, port: 25", "smtp_password: ***, port: 25"),
        ("PASSWORD='two words' x", "PASSWORD='***' x"),
        (r#"{"token":"ab\"c","n":1}"#, r#"{"token":"***","n":1}"#),
        (r#"{"message":"with password=\"abc\" set"}"#, r#"{"message":"with password=\"***\" set"}"#),
        (r#"{"password":12345,"a":2}"#, r#"{"password":"***","a":2}"#),
        (r#"{"token":null}"#, r#"{"token":null}"#),
        (r#"{"secret":{"password":"x"}}"#, r#"{"secret":{"password":"***"}}"#),
        ("Authorization: Bearer eyJhbGciOi.J9-_x next", "Authorization: Bearer *** next"),
        ("authorization=\"Basic dXNlcjpwYXNz\"", "authorization=\"***\""),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ***"),
        ("got bearer 0123456789abcdef here", "got bearer *** here"),
        ("a bearer of news", "a bearer of news"),
        ("Cookie: a=1; session=2", "Cookie: ***"),
        ("smtp://user:p%40ss@mail.exemple.fr:587/x", "smtp://user:***@mail.exemple.fr:587/x"),
        ("smtp://user@mail.exemple.fr:587", "smtp://user@mail.exemple.fr:587"),
        ("https://ghp_123@git.example/x?api_key=zz&b=1", "https://***@git.example/x?api_key=***&b=1"),
        ("postgres://u:a@b:c@db/x", "postgres://u:***@db/x"),
        ("X-Api-Key: k", "X-Api-Key: ***"),
        ("mot_de_passe=été1 fin", "mot_de_passe=*** fin"),
        ("tokens=5 secretary=Anne keypad=1", "tokens=5 secretary=Anne keypad=1"),
        (
            "Email 1/500 envoyé avec succès: f.pdf (Message ID: 18d2, durée: 0.8s)",
            "Email 1/500 envoyé avec succès: f.pdf (Message ID: 18d2, durée: 0.8s)",
        ),
        ("sudo: anne : PWD=/srv/app ; USER=root", "sudo: anne : PWD=/srv/app ; USER=root"),
        ("pwd=/srv/app PWD=hunter2 MY_PWD=/x", "pwd=*** PWD=*** MY_PWD=***"),
        ("password=", "password="),
        ("", ""),
    ] {
        assert_eq!(scrub(line), expected);
    }
}

#[test]
fn an_ordinary_line_is_not_copied() {
    assert!(matches!(scrub("2025-01-10 14:32:15 [INFO] jobs: took=3 url=https://x/y"), Cow::Borrowed(_)));
}

fn by(config: &Config, text: &str) -> (String, Counts) {
    let mut counts = Counts::default();
    let clean = Scrubber::new(config).unwrap().scrub(text.as_bytes(), &mut counts).into_owned();
    (String::from_utf8(clean).unwrap(), counts)
}

// Put together here, so that no scanner of repositories takes them for real ones.
fn github() -> String {
    format!("ghp_{}", "a1B2".repeat(9))
}

#[test]
fn secrets_are_known_by_their_shape() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
    for (text, expected, rule) in [
        (format!("got {jwt} from"), "got *** from", Rule::Token),
        (format!("push with {}!", github()), "push with ***!", Rule::Token),
        (format!("id AKIA{} used", "ABCD1234EFGH5678"), "id *** used", Rule::Token),
        ("card 4111111111111111.".to_owned(), "card ***.", Rule::Card),
        ("card 4111 1111 1111 1111 200".to_owned(), "card *** 200", Rule::Card),
        ("amex 3782-822463-10005, ok".to_owned(), "amex ***, ok", Rule::Card),
        ("to FR1420041010050500013M02606 now".to_owned(), "to *** now", Rule::Iban),
        ("to FR14 2004 1010 0505 0001 3M02 606 now".to_owned(), "to *** now", Rule::Iban),
        ("to DE89370400440532013000".to_owned(), "to ***", Rule::Iban),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nafter".to_owned(),
            "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nafter",
            Rule::PrivateKey,
        ),
        ("-----BEGIN PRIVATE KEY-----\nMIIE".to_owned(), "-----BEGIN PRIVATE KEY-----***", Rule::PrivateKey),
    ] {
        let (clean, counts) = by(&Config::default(), &text);
        assert_eq!(clean, expected, "{text}");
        assert_eq!((counts.of(rule), counts.total()), (1, 1), "{text}");
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    for text in [
        "Access denied for user 'app'@'localhost' (using password: YES)",
        "Access denied for user 'app'@'localhost' (using password: NO)",
        "trace_id=4111111111111111",
        "{\"trace_id\":\"4111111111111111\"}",
        "item 4111111111111111 of 5500000000000004 done",
        "discarded 4111111111111111 bytes",
    ] {
        let (clean, counts) = by(&Config::default(), text);
        assert_eq!((&*clean, counts.total()), (text, 0));
    }
    for text in ["\"cardNumber\":\"4111111111111111\"", "carte bancaire 4111111111111111", "pan=4111111111111111"] {
        assert_eq!(by(&Config::default(), text).1.of(Rule::Card), 1, "{text}");
    }
}

/// What logs in here, and what people and mail servers write beside a password.
#[test]
fn what_logs_in_is_masked_wherever_it_stands() {
    let token = format!("vigie_{}", "Ab3dE_7-".repeat(4));
    let (code, secret) =
        ("k3Y-_".repeat(8), format!("{}/{}+", "wJalrXUt".repeat(3), "nFEMIK7M".repeat(2).split_at(14).0));
    assert_eq!(secret.len(), 40);
    let key = format!("AKIA{}", "ABCD1234EFGH5678");
    for (text, expected) in [
        (format!("made {token} for site"), "made *** for site".to_owned()),
        (format!("curl -H 'X: {token}' x"), "curl -H 'X: ***' x".to_owned()),
        (format!("open http://127.0.0.1:8787/setup/{code} now"), "open http://127.0.0.1:8787/setup/*** now".to_owned()),
        (format!("GET /enter/{code}?x=1 HTTP/1.1"), "GET /enter/***?x=1 HTTP/1.1".to_owned()),
        ("Mot de passe : hunter2, merci".to_owned(), "Mot de passe : ***, merci".to_owned()),
        ("mot de passe: hunter2".to_owned(), "mot de passe: ***".to_owned()),
        ("mot de passe\u{a0}: hunter2".to_owned(), "mot de passe\u{a0}: ***".to_owned()),
        ("mot de passe\u{202f}:\u{a0}hunter2".to_owned(), "mot de passe\u{202f}:\u{a0}***".to_owned()),
        ("MOT DE PASSE=hunter2".to_owned(), "MOT DE PASSE=***".to_owned()),
        ("{\"mot de passe\": \"a b\"}".to_owned(), "{\"mot de passe\": \"***\"}".to_owned()),
        ("C: AUTH PLAIN AGFubmUAaHVudGVyMg==".to_owned(), "C: AUTH PLAIN ***".to_owned()),
        ("a1 authenticate plain AGFubmUAaHVudGVyMg== x".to_owned(), "a1 authenticate plain *** x".to_owned()),
        ("auth plain  YQBhbm5lAGh1bnRlcjI".to_owned(), "auth plain  ***".to_owned()),
        (format!("{key},{secret}"), "***,***".to_owned()),
        (format!("{key}:{secret} ok"), "***:*** ok".to_owned()),
        (format!("aws_secret_access_key = {secret}"), "aws_secret_access_key = ***".to_owned()),
        (
            format!("{{\"SecretAccessKey\": \"{secret}\", \"AccessKeyId\": \"{key}\"}}"),
            "{\"SecretAccessKey\": \"***\", \"AccessKeyId\": \"***\"}".to_owned(),
        ),
        (
            format!("AWS_SECRET_ACCESS_KEY={secret} AWS_SESSION_TOKEN=x/y+z=="),
            "AWS_SECRET_ACCESS_KEY=*** AWS_SESSION_TOKEN=***".to_owned(),
        ),
    ] {
        assert_eq!(scrub(&text), expected);
        assert_eq!(scrub(&expected), expected, "twice is once");
    }
}

/// Hooks into channels, command lines, dialogues with mail servers, passwords in sentences, tokens in addresses.
#[test]
fn secrets_are_masked_in_whatever_they_are_written() {
    let token = "Ab3dE_7-".repeat(4);
    let escaped = token.replace('_', "%5F").replace('-', "%2D");
    // Put together here, so that no scanner of repositories takes them for real ones.
    let (team, guid) =
        (format!("T{}/B{}/{}", "0A1B2C3D4", "5E6F7G8H9", "aBcD".repeat(6)), "01234567-89ab-cdef-0123-456789abcdef");
    let discord = "Ab3-_".repeat(13);
    for (text, expected) in [
        (format!("POST https://hooks.slack.com/services/{team} 200"), "POST https://hooks.slack.com/*** 200".to_owned()),
        (format!("{{\"url\":\"https://hooks.slack.com/workflows/{team}\"}}"), "{\"url\":\"https://hooks.slack.com/***\"}".to_owned()),
        (
            format!("https://discord.com/api/webhooks/1234567890123456789/{discord} ok"),
            "https://discord.com/api/webhooks/1234567890123456789/*** ok".to_owned(),
        ),
        (
            format!("https://discordapp.com/api/v10/webhooks/1234567890123456789/{discord}?wait=true"),
            "https://discordapp.com/api/v10/webhooks/1234567890123456789/***?wait=true".to_owned(),
        ),
        (
            format!("https://firm.webhook.office.com/webhookb2/{guid}@{guid}/IncomingWebhook/{}/{guid}, 1", "0a".repeat(16)),
            "https://firm.webhook.office.com/webhookb2/***, 1".to_owned(),
        ),
        (
            format!("https://outlook.office.com/webhook/{guid}@{guid}/IncomingWebhook/x/{guid}"),
            "https://outlook.office.com/webhook/***".to_owned(),
        ),
        (
            format!("https://prod-1.westeurope.logic.azure.com:443/workflows/ab/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sv=1.0&sig={}", "aB3_-".repeat(9)),
            "https://prod-1.westeurope.logic.azure.com:443/workflows/ab/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sv=1.0&sig=***".to_owned(),
        ),
        ("vigie send --smtp-password hunter2 --to x".to_owned(), "vigie send --smtp-password *** --to x".to_owned()),
        ("mysql --password=hunter2 -u anne".to_owned(), "mysql --password=*** -u anne".to_owned()),
        ("run --password 'two words' x".to_owned(), "run --password '***' x".to_owned()),
        ("run --api-key \"k 1\" --token abc".to_owned(), "run --api-key \"***\" --token ***".to_owned()),
        ("{\"cmd\":\"run --password s3,c)r}et\"}".to_owned(), "{\"cmd\":\"run --password ***\"}".to_owned()),
        (
            "C: AUTH LOGIN\r\nS: 334 VXNlcm5hbWU6\r\nC: YW5uZQ==\r\nS: 334 UGFzc3dvcmQ6\r\nC: aHVudGVyMg==\r\nS: 235 ok\r\nC: ABCD".to_owned(),
            "C: AUTH LOGIN\r\nS: 334 VXNlcm5hbWU6\r\nC: ***\r\nS: 334 UGFzc3dvcmQ6\r\nC: ***\r\nS: 235 ok\r\nC: ABCD".to_owned(),
        ),
        ("auth login\nYW5uZQ==\naHVudGVyMg==".to_owned(), "auth login\n***\n***".to_owned()),
        (
            r#"{"sent":"AUTH LOGIN\r\n334 VXNlcm5hbWU6\r\nYW5uZQ==\r\n535 no"}"#.to_owned(),
            r#"{"sent":"AUTH LOGIN\r\n334 VXNlcm5hbWU6\r\n***\r\n535 no"}"#.to_owned(),
        ),
        ("passe: hunter2".to_owned(), "passe: ***".to_owned()),
        ("login: anne, Passe : s3cr3t!".to_owned(), "login: anne, Passe : ***".to_owned()),
        ("votre mot de passe est hunter2.".to_owned(), "votre mot de passe est ***.".to_owned()),
        ("Le mot de passe est : Tr0ub4dor&3".to_owned(), "Le mot de passe est : ***".to_owned()),
        ("the password is hunter2, keep it".to_owned(), "the password is ***, keep it".to_owned()),
        (format!("GET /x?t=vigie%5f{token}&a=1"), "GET /x?t=***&a=1".to_owned()),
        (format!("GET /x?t=vigie%5F{escaped}&a=1"), "GET /x?t=***&a=1".to_owned()),
        (format!("GET /x?t=vigie_{escaped} HTTP/1.1"), "GET /x?t=*** HTTP/1.1".to_owned()),
        (format!("a=Bearer%20vigie_{token}"), "a=Bearer%20***".to_owned()),
    ] {
        assert_eq!(scrub(&text), expected);
        assert_eq!(scrub(&expected), expected, "twice is once");
    }
}

/// Had each of them to be looked behind to the end, this would take minutes.
#[test]
fn many_beginnings_take_no_longer_than_they_are_many() {
    for beginning in ["AUTH LOGIN\n", "AUTH LOGIN ", "auth login\\n"] {
        let text = beginning.repeat(1 << 16);
        assert!(!scrub(&text).is_empty());
    }
}

#[test]
fn ordinary_words_beside_names_of_secrets_are_left() {
    for text in [
        "see https://hooks.slack.com/ and https://api.slack.com/messaging/webhooks",
        "GET /api/v1/webhooks/compta 200",
        "POST /webhooks/42/deliver 200",
        "killed by sig=11, ?sig=9",
        "passe: 3 lignes",
        "passe : trois mètres",
        "passe: terminée",
        "Passe: Terminée.",
        "passe: 12ms, passe: 98%",
        "2e passe: lignes2025",
        "votre mot de passe est incorrect",
        "le mot de passe est expiré depuis 30 jours",
        "the password is wrong",
        "the token is valid until 2025-01-10",
        "give --smtp-password-file /etc/vigie/smtp, or --password is refused",
        "--password --verbose",
        "AUTH LOGIN PLAIN\nABCD",
        "250-AUTH LOGIN\n250 HELP",
        "AUTH LOGIN\nconnection lost\ndone",
        "vigie%5F only, vigie%5fjobs%5ftotal 5",
    ] {
        assert_eq!(scrub(text), text);
    }
}

#[test]
fn what_only_looks_like_what_logs_in_is_left() {
    let hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    for text in [
        "vigie_jobs_total 5",
        "vigie_http_requests_total{route=\"/login\",status=\"200\"} 3",
        "my_vigie_0123456789abcdef0123456789abcdef",
        "GET /setup/ 404, POST /setup/assistant 200",
        "GET /enter/here",
        "mot de passe oublié : cliquez sur le lien",
        "Mot de passe incorrect",
        "la passe : trois mètres",
        "mots de passe : ceux de l'équipe".trim_end_matches(" : ceux de l'équipe"),
        "250-AUTH PLAIN LOGIN CRAM-MD5",
        "250 AUTH PLAIN NTLM",
        "AUTH PLAIN XOAUTH2 OAUTHBEARER",
        "written in plain AGFubmUAaHVudGVyMg==",
        &format!("commit {hash} by anne"),
        &format!("AKIAshort,{hash}"),
        "access keys=3 accesskeys: none",
    ] {
        assert_eq!(scrub(text), text);
    }
}

#[test]
fn what_only_looks_like_a_secret_is_left() {
    for text in [
        "4111111111111112",
        "1736514735123456",
        "order-4111111111111111",
        "0.4111111111111111",
        "a4111111111111111",
        "41111111111111110000",
        "FR1420041010050500013M02607",
        "XX1420041010050500013M02606",
        "eyJhbGciOiJIUzI1NiJ9 alone",
        "AKIAshort",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        "marie@exemple.fr",
        "18d2abc123def456 4F2A91C0D3: to=<marie@exemple.fr>",
    ] {
        let (clean, counts) = by(&Config::default(), text);
        assert_eq!((clean.as_str(), counts.total()), (text, 0));
    }
}

#[test]
fn the_configuration_adds_and_takes_away() {
    let config = Config {
        also: vec![Rule::Email],
        except: vec![Rule::Card],
        keys: vec!["Numero-Secu".to_owned()],
        patterns: vec!["dossier [0-9]+".to_owned()],
    };
    let text = "numero_secu=1850575 dossier 99 zoé.b@exemple.fr a@b 4111111111111111 password=x";
    let (clean, counts) = by(&config, text);
    assert_eq!(clean, "numero_secu=*** *** ***@exemple.fr a@b 4111111111111111 password=***");
    let counted = Rule::ALL.map(|rule| counts.of(rule));
    assert_eq!(counted, [2, 0, 0, 0, 0, 0, 0, 1, 1]);
}

#[test]
fn a_wrong_pattern_is_refused_with_its_reason() {
    let refuse = |pattern: &str| {
        Scrubber::new(&Config { patterns: vec![pattern.to_owned()], ..Config::default() }).unwrap_err().to_string()
    };
    assert!(refuse("(").contains("\"(\" cannot be used"), "{}", refuse("("));
    assert!(refuse("x*").contains("matches nothing"), "{}", refuse("x*"));
}

#[test]
fn no_secret_goes_on_over_the_end_of_a_text_of_json() {
    for (line, expected) in [
        (r#"{"message":"x password="}"#, r#"{"message":"x password="}"#),
        (r#"{"message":"password: ","level":"info"}"#, r#"{"message":"password: ","level":"info"}"#),
        (r#"{"message":"token=\"","n":1}"#, r#"{"message":"token=\"","n":1}"#),
        (r#"{"message":"token=\"abc def","n":1}"#, r#"{"message":"token=\"***","n":1}"#),
        (r#"{"message":"password='abc def","n":1}"#, r#"{"message":"password='***","n":1}"#),
        (r#"{"message":"the password is"}"#, r#"{"message":"the password is"}"#),
        (r#"{"password":"abc","n":1}"#, r#"{"password":"***","n":1}"#),
        (r#"{"password" : "abc","n":1}"#, r#"{"password" : "***","n":1}"#),
        (r#"{password="abc def", n=1}"#, r#"{password="***", n=1}"#),
        (r#"{"path":"C:\\token=","n":1}"#, r#"{"path":"C:\\token=","n":1}"#),
    ] {
        assert_eq!(scrub(line), expected);
    }
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let mut counts = Counts::default();
    let clean = Scrubber::default().scrub(b"\xff password=\xe9\xff x\xfe", &mut counts);
    assert_eq!(&*clean, b"\xff password=*** x\xfe");
}

proptest! {
    #[test]
    fn any_text_is_scrubbed_and_twice_is_once(line in "(password|token|Bearer|Cookie|://|[=: \"'\\\\@é,{]|[a-z]{1,9}){0,16}") {
        let once = scrub(&line).into_owned();
        prop_assert_eq!(scrub(&once), once.as_str());
    }

    #[test]
    fn no_secret_gets_through(before in "[ -~]{0,20}", key in "(smtp_|X-)?(password|token|api[-_]key)", sep in "(=| = |: )", secret in "[a-zA-Z0-9]{12}") {
        let line = format!("{before} {key}{sep}{secret} after");
        prop_assert!(!scrub(&line).contains(&secret));
    }
}

proptest! {
    #[test]
    fn a_line_of_json_stays_one(
        texts in prop::collection::vec("(password|passe|is|token|--token|Bearer|Cookie|://u:p@|-----BEGIN PRIVATE KEY-----|[=: \"'\\\\@é,{}]|[a-z0-9]{1,9}){0,12}", 1..4)
    ) {
        let fields = ["message", "password", "n"].iter().zip(&texts).map(|(name, text)| ((*name).to_owned(), serde_json::Value::from(text.as_str())));
        let line = serde_json::Value::Object(fields.collect()).to_string();
        let scrubbed = scrub(&line).into_owned();
        let read: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(&scrubbed);
        prop_assert!(read.is_ok_and(|read| read.len() == texts.len()), "{line} became {scrubbed}");
        prop_assert_eq!(scrub(&scrubbed), scrubbed.as_str());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_scrubbed_and_twice_is_once(
        parts in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..6),
            prop::sample::select(vec![&b"password="[..], b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.x", b"4111 1111 1111 1111", b"@a.fr", b" ", b"\"",
                b"-----BEGIN PRIVATE KEY-----", b"-----END", b"FR1420041010050500013M02606", b"://u:p@", b"AKIA", b"ABCD1234EFGH5678"]).prop_map(<[u8]>::to_vec),
        ], 0..14)
    ) {
        let text = parts.concat();
        let scrubber = Scrubber::new(&Config { also: vec![Rule::Email], ..Config::default() }).unwrap();
        let once = scrubber.scrub(&text, &mut Counts::default()).into_owned();
        let mut counts = Counts::default();
        let twice = scrubber.scrub(&once, &mut counts).into_owned();
        prop_assert_eq!(once, twice);
        prop_assert_eq!(counts.total(), 0);
    }
}
