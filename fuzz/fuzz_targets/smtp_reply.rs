//! Any bytes a server might send: the reply parser must neither panic nor read beyond them, and what it made of them must
//! have a verdict at every stage.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mail::{
    smtp::{
        classify::{Stage, classify},
        reply::{LINES_MAX, Parsed, parse},
    },
    verdict_text::{Language, explain},
};

fuzz_target!(|input: &[u8]| {
    if let Ok(Parsed::Reply(reply, used)) = parse(input) {
        assert!(used <= input.len());
        assert!((200..600).contains(&reply.code));
        assert!(!reply.lines.is_empty() && reply.lines.len() <= LINES_MAX);
        for stage in [Stage::Greeting, Stage::Auth, Stage::Mail, Stage::Recipient, Stage::Data, Stage::Content] {
            let verdict = classify(stage, &reply);
            assert_ne!(explain(&verdict, Language::English), verdict.code);
        }
    }
});
