//! Verdicts in plain words, each with what to do about it, in French and in English.

use language::{FluentArgs, Language, Texts};
use model::Verdict;

/// One text for each code.
pub static VERDICTS: Texts =
    Texts::new(&[include_str!("../locales/verdicts.en.ftl")], &[include_str!("../locales/verdicts.fr.ftl")]);

/// One sentence or two on what happened and what helps. An unknown code is given as it is. The other side's reply is not
/// part of it: show `verdict.reply` beside it.
pub fn explain(verdict: &Verdict, language: Language) -> String {
    find(verdict, language).unwrap_or_else(|| verdict.code.to_string())
}

/// The same; `None` of a code that mailings and tasks do not have.
pub fn find(verdict: &Verdict, language: Language) -> Option<String> {
    let mut values = FluentArgs::new();
    for (name, value) in &verdict.args {
        match language {
            Language::English => values.set(name.as_str(), value.as_str()),
            Language::French => values.set(name.as_str(), in_french(value)),
        }
    }
    VERDICTS.find(language, &verdict.code, Some(&values))
}

/// What Vigie and the system say of connections within an argument; what the other side said stays as it is.
const CONNECTIONS: [(&str, &str); 9] = [
    ("the name cannot be resolved: ", "nom d’hôte introuvable : "),
    ("failed to lookup address information: ", ""),
    ("Name or service not known", "nom inconnu"),
    ("Temporary failure in name resolution", "pas de réponse du serveur de noms"),
    ("no connection: ", "connexion impossible : "),
    ("the connection was lost: ", "connexion interrompue : "),
    ("Connection refused (os error 111)", "connexion refusée"),
    ("Connection reset by peer (os error 104)", "coupée par le serveur"),
    ("the server spoke before it was asked", "le serveur a parlé avant son tour"),
];

fn in_french(value: &str) -> String {
    CONNECTIONS.iter().fold(value.to_owned(), |text, (english, french)| text.replace(english, french))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentence::tests::{entries, values};
    use model::Fault;

    #[test]
    fn every_code_is_told_once_and_in_both_languages() {
        let [english, french] = [Language::English, Language::French].map(|language| entries(&VERDICTS, language));
        assert!(english.len() > 70);
        for ((code, english), (other, french)) in english.iter().zip(&french) {
            assert_eq!(code, other, "the files name them in the same order");
            assert_eq!(values(english), values(french), "{code}");
            for text in [english, french] {
                assert!(text.ends_with('.'), "{code}: {text}");
                assert!(!text.contains("--"), "{code} names an option, and pages show it too: {text}");
            }
        }
        assert_eq!(english.len(), french.len());
    }

    #[test]
    fn arguments_stand_in_their_places() {
        let verdict = Verdict::permanent("attachment_missing", Fault::Content).with_arg("path", "/srv/pdf/{x}.pdf");
        assert_eq!(
            explain(&verdict, Language::French),
            "La pièce jointe /srv/pdf/{x}.pdf est absente. Remettez le fichier en place, puis relancez."
        );
        assert_eq!(explain(&Verdict::permanent("new_one", Fault::Content), Language::English), "new_one");
    }
}
