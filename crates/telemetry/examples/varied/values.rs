//! What the placeholders of a question stand for, drawn anew each time it is asked, so that no answer is a warm one.

use super::dice::Dice;

#[derive(Clone)]
pub(crate) struct Values {
    dice: Dice,
    /// Trace ids that there are.
    traces: Vec<String>,
}

impl Values {
    pub(crate) fn new(traces: Vec<String>) -> Self {
        Self { dice: Dice::new(20), traces }
    }

    pub(crate) fn fill(&mut self, question: &str) -> String {
        let (mut out, mut rest) = (String::new(), question);
        while let Some(at) = rest.find('{') {
            out.push_str(&rest[..at]);
            let Some(len) = rest[at..].find('}') else { break };
            self.one(&rest[at + 1..at + len], &mut out);
            rest = &rest[at + len + 1..];
        }
        out + rest
    }

    fn one(&mut self, name: &str, out: &mut String) {
        let dice = &mut self.dice;
        match name {
            "trace" if self.traces.is_empty() => dice.digits(b"0123456789abcdef", 16, out),
            "trace" => out.push_str(dice.pick::<String>(&self.traces)),
            "digits" => {
                dice.digits(b"123456789", 1, out);
                dice.digits(b"0123456789", 4, out);
            }
            "digit" => dice.digits(b"0123456789", 1, out),
            "hex" => {
                dice.digits(b"abcdef", 1, out);
                dice.digits(b"0123456789abcdef", 4, out);
            }
            "absent" => {
                out.push_str("zq");
                dice.digits(b"bcdfghjkmnpqrstvwxz", 9, out);
            }
            "user" => out.push_str(&(1 + dice.below(4_000)).to_string()),
            "word" => out.push_str(dice.word()),
            "phrase" => {
                let phrase = *dice.pick(&["invalid user", "for user", "hostname", "Aggregate cursor", "id=0 AND"]);
                let word = dice.word();
                out.push_str(&match phrase {
                    "invalid user" => format!("invalid user {word} from"),
                    "for user" => format!("Accepted publickey for {word}"),
                    "hostname" => format!("warning: hostname {word}"),
                    "Aggregate cursor" => format!("Scheduling restart of crashed service com.{word}"),
                    _ => format!("FROM {word} WHERE"),
                });
            }
            "app" => out.push_str(dice.pick::<&str>(&["hdfs", "sshd", "bgl", "cisco", "shop", "kubelet"])),
            "host" => out.push_str(&format!("node{:02}", dice.below(24))),
            "address" => {
                let [a, b, c, d] = [223, 256, 256, 254].map(|bound| dice.below(bound));
                out.push_str(&format!("{}.{b}.{c}.{}", a + 1, d + 1));
            }
            // Braces of an expression.
            other => out.push_str(&format!("{{{other}}}")),
        }
    }
}
