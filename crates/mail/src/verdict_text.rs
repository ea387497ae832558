//! Verdicts in plain words, each with what to do about it, in French and in English.

pub use crate::language::Language;

use model::Verdict;

/// One sentence or two on what happened and what helps. An unknown code is given as it is. The other side's reply is not
/// part of it: show `verdict.reply` beside it.
pub fn explain(verdict: &Verdict, language: Language) -> String {
    let Some((_, english, french)) = TEXTS.iter().find(|(code, ..)| *code == verdict.code) else {
        return verdict.code.clone();
    };
    let text = match language {
        Language::English => english,
        Language::French => french,
    };
    fill(text, verdict)
}

/// Puts the arguments in the place of `{name}`; a name without argument leaves nothing.
fn fill(text: &str, verdict: &Verdict) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(verdict.args.get(name).map_or("", String::as_str));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Code, English, French.
const TEXTS: &[(&str, &str, &str)] = &[
    (
        "unknown_recipient",
        "The address does not exist. Correct it with the recipient.",
        "L'adresse n'existe pas. Corrigez-la avec le destinataire.",
    ),
    (
        "mailbox_full",
        "The recipient's mailbox is full. Ask for another address, or try again in a few days.",
        "La boîte du destinataire est pleine. Demandez une autre adresse, ou réessayez dans quelques jours.",
    ),
    (
        "mailbox_disabled",
        "The recipient's mailbox is disabled. Ask for another address.",
        "La boîte du destinataire est désactivée. Demandez une autre adresse.",
    ),
    (
        "recipient_refused",
        "The server refuses this address. Its reply says why.",
        "Le serveur refuse cette adresse. Sa réponse dit pourquoi.",
    ),
    (
        "recipient_throttled",
        "This recipient receives too much mail just now. It will be tried again.",
        "Ce destinataire reçoit trop de courrier en ce moment. Un nouvel essai suivra.",
    ),
    (
        "greylisted",
        "The server asks unknown senders to come back later. It will be tried again.",
        "Le serveur demande aux expéditeurs inconnus de revenir plus tard. Un nouvel essai suivra.",
    ),
    (
        "throttled",
        "The server slows us down. Sending goes on by itself after a pause; lower the rate if this comes back.",
        "Le serveur nous ralentit. L'envoi reprend seul après une pause ; réduisez la cadence si cela se répète.",
    ),
    (
        "server_busy",
        "The server is busy. Sending goes on by itself after a pause.",
        "Le serveur est occupé. L'envoi reprend seul après une pause.",
    ),
    (
        "server_refused",
        "The server refuses to talk to this machine. Its reply says why; ask its administrator.",
        "Le serveur refuse de parler à cette machine. Sa réponse dit pourquoi ; voyez son administrateur.",
    ),
    (
        "temporary",
        "The server could not take the message just now. It will be tried again.",
        "Le serveur n'a pas pu prendre le message pour l'instant. Un nouvel essai suivra.",
    ),
    (
        "daily_quota",
        "The account's daily limit is used up. Sending goes on when the limit is free again; nobody has been failed for it.",
        "La limite quotidienne du compte est atteinte. L'envoi reprend dès qu'elle se libère ; personne n'est mis en échec pour cela.",
    ),
    (
        "hourly_quota",
        "The account's hourly limit is used up. Sending goes on after a pause.",
        "La limite horaire du compte est atteinte. L'envoi reprend après une pause.",
    ),
    (
        "sender_quota",
        "A sending limit of the account is used up. Sending goes on after a pause; see the limits with the mail provider.",
        "Une limite d'envoi du compte est atteinte. L'envoi reprend après une pause ; vérifiez les limites auprès du fournisseur.",
    ),
    (
        "user_rate",
        "The account sends faster than its provider allows. Sending goes on after a pause.",
        "Le compte envoie plus vite que son fournisseur ne le permet. L'envoi reprend après une pause.",
    ),
    (
        "auth_failed",
        "The server does not accept the user name or password. Correct them and resume; nobody has been failed for it.",
        "Le serveur n'accepte pas l'identifiant ou le mot de passe. Corrigez-les puis reprenez ; personne n'est mis en échec pour cela.",
    ),
    (
        "auth_unsupported",
        "The server offers no way to log in that is known here (PLAIN, LOGIN), or not over this connection. Check the port, and whether a password is needed.",
        "Le serveur ne propose aucune authentification connue ici (PLAIN, LOGIN), ou pas sur cette connexion. Vérifiez le port, et si un mot de passe est nécessaire.",
    ),
    (
        "auth_unavailable",
        "The server cannot check passwords just now. Sending goes on by itself after a pause.",
        "Le serveur ne peut pas vérifier les mots de passe pour l'instant. L'envoi reprend seul après une pause.",
    ),
    (
        "invalid_grant",
        "The access to the account was withdrawn or has expired. Authorise it again and resume.",
        "L'accès au compte a été retiré ou a expiré. Autorisez-le de nouveau puis reprenez.",
    ),
    (
        "sender_refused",
        "The server does not let this account send from this address. Correct the sender, or the account, and resume.",
        "Le serveur ne laisse pas ce compte envoyer depuis cette adresse. Corrigez l'expéditeur, ou le compte, puis reprenez.",
    ),
    (
        "policy",
        "The server refuses the message by its rules. Its reply says which; check the sender's SPF and DKIM.",
        "Le serveur refuse le message selon ses règles. Sa réponse dit laquelle ; vérifiez SPF et DKIM de l'expéditeur.",
    ),
    (
        "too_many_recipients",
        "The server takes fewer recipients per message. The others follow in another message; make the groups smaller.",
        "Le serveur accepte moins de destinataires par message. Les autres suivront dans un autre ; réduisez les groupes.",
    ),
    (
        "tls_unavailable",
        "The server offers no encryption, and nothing is sent without it. Check host and port (587 with STARTTLS, 465 as smtps://).",
        "Le serveur ne propose pas de chiffrement, et rien n'est envoyé sans. Vérifiez l'hôte et le port (587 avec STARTTLS, 465 en smtps://).",
    ),
    (
        "tls_unavailable_here",
        "The server on this machine offers no encryption, and no password is sent without it. To send it all the same, write smtp://…?plaintext-auth=loopback.",
        "Le serveur de cette machine ne propose pas de chiffrement, et aucun mot de passe n'est envoyé sans. Pour l'envoyer malgré tout, écrivez smtp://…?plaintext-auth=loopback.",
    ),
    (
        "tls_failed",
        "The encrypted connection failed: {error}. Check the host name and the server's certificate.",
        "La connexion chiffrée a échoué : {error}. Vérifiez le nom d'hôte et le certificat du serveur.",
    ),
    (
        "connection_lost",
        "The connection was lost before the message was handed over. It will be tried again.",
        "La connexion a été perdue avant la remise du message. Un nouvel essai suivra.",
    ),
    (
        "connect_failed",
        "The server cannot be reached: {error}. Check host, port and firewall; sending goes on by itself when it answers.",
        "Le serveur est injoignable : {error}. Vérifiez l'hôte, le port et le pare-feu ; l'envoi reprend seul dès qu'il répond.",
    ),
    (
        "dns_failed",
        "The server's name cannot be resolved: {error}. Check the name and the network.",
        "Le nom du serveur ne peut pas être résolu : {error}. Vérifiez le nom et le réseau.",
    ),
    (
        "timeout",
        "The server did not answer in time. It will be tried again.",
        "Le serveur n'a pas répondu à temps. Un nouvel essai suivra.",
    ),
    (
        "protocol_error",
        "The server does not keep to SMTP ({error}). Check host and port; sending goes on after a pause.",
        "Le serveur ne respecte pas SMTP ({error}). Vérifiez l'hôte et le port ; l'envoi reprend après une pause.",
    ),
    (
        "message_too_big",
        "The message is bigger than the server takes. Make the attachments smaller or send a link.",
        "Le message dépasse la taille acceptée par le serveur. Réduisez les pièces jointes ou envoyez un lien.",
    ),
    (
        "content_refused",
        "The server refuses the message itself. Its reply says why.",
        "Le serveur refuse le message lui-même. Sa réponse dit pourquoi.",
    ),
    (
        "no_recipients",
        "The message has no recipient. Check the address columns.",
        "Le message n'a aucun destinataire. Vérifiez les colonnes d'adresses.",
    ),
    (
        "invalid_address",
        "`{address}` cannot be written as a mail address. Correct it.",
        "« {address} » ne peut pas s'écrire comme adresse. Corrigez-la.",
    ),
    (
        "smtputf8_needed",
        "`{address}` has letters that this server cannot carry (SMTPUTF8). Ask for an address without accents before the @.",
        "« {address} » contient des lettres que ce serveur ne sait pas porter (SMTPUTF8). Demandez une adresse sans accents avant le @.",
    ),
    (
        "outcome_unknown",
        "The message was handed over and the answer got lost: it may or may not have been delivered. Ask the recipient or look into the server's log, then settle it.",
        "Le message a été remis et la réponse s'est perdue : il est peut-être parti, peut-être pas. Demandez au destinataire ou consultez le journal du serveur, puis tranchez.",
    ),
    (
        "attachment_missing",
        "The attachment {path} is missing. Put it back and retry.",
        "La pièce jointe {path} est absente. Remettez-la en place et relancez.",
    ),
    (
        "attachment_unreadable",
        "The attachment {path} cannot be read ({error}). Check its permissions and retry.",
        "La pièce jointe {path} est illisible ({error}). Vérifiez ses droits et relancez.",
    ),
    (
        "attachment_changed",
        "The attachment {path} has changed since the mailing was prepared; a retry fails as long as it differs. Restore the file and retry, or, once the file is final, run the mailing again under the same name: it takes the file as it is then, and leaves out who has been sent to.",
        "La pièce jointe {path} a changé depuis la préparation de l'envoi ; une relance échoue tant qu'elle diffère. Restaurez le fichier et relancez, ou, une fois le fichier définitif, refaites l'envoi sous le même nom : il prend le fichier tel qu'il est alors et laisse de côté qui a déjà reçu.",
    ),
    (
        "attachment_not_uploaded",
        "The attachment {name} was not sent along with the mailing: over the network, a mailing names no files of this server. Send it anew with its files, or by the command line on the server.",
        "La pièce jointe {name} n'a pas été envoyée avec l'envoi : par le réseau, un envoi ne désigne aucun fichier de ce serveur. Refaites-le avec ses fichiers, ou en ligne de commande sur le serveur.",
    ),
    (
        "template",
        "The template cannot be filled for this row: {error}. Correct the template or the row.",
        "Le modèle ne peut pas être rempli pour cette ligne : {error}. Corrigez le modèle ou la ligne.",
    ),
    (
        "template_failed",
        "The template {template} cannot be filled for line {line}: {what}. Correct the template or the row.",
        "Le modèle {template} ne peut pas être rempli pour la ligne {line} : {what}. Corrigez le modèle ou la ligne.",
    ),
    (
        "invalid_row",
        "The row (line {line}) is wrong and was left out. Correct it and run the mailing again under the same name.",
        "La ligne {line} est incorrecte et a été écartée. Corrigez-la et relancez l'envoi sous le même nom.",
    ),
    (
        "row_unreadable",
        "The stored row cannot be read. Run `vigie doctor`.",
        "La ligne enregistrée est illisible. Lancez `vigie doctor`.",
    ),
    (
        "row_mismatch",
        "The row of line {line} does not have the columns of the mailing. Run `vigie doctor`.",
        "La ligne {line} n'a pas les colonnes de l'envoi. Lancez `vigie doctor`.",
    ),
    (
        "no_recipient",
        "The message has no recipient. Check the address columns.",
        "Le message n'a aucun destinataire. Vérifiez les colonnes d'adresses.",
    ),
    (
        "invalid_recipient",
        "The provider does not accept the address. Correct it.",
        "Le fournisseur n'accepte pas l'adresse. Corrigez-la.",
    ),
    (
        "already_sent",
        "An earlier run of this name had sent it already.",
        "Un envoi précédent du même nom l'avait déjà fait partir.",
    ),
    (
        "maybe_sent",
        "An earlier run of this name may have sent it. Settle that one first: `vigie jobs settle`.",
        "Un envoi précédent du même nom l'a peut-être fait partir. Tranchez d'abord : `vigie jobs settle`.",
    ),
    (
        "sent_again",
        "A later run of this mailing has sent it again.",
        "Un envoi ultérieur du même nom l'a fait partir de nouveau.",
    ),
    ("cancelled", "The run was cancelled before its turn.", "L'envoi a été annulé avant son tour."),
    (
        "outcome_lost",
        "The program ended while the message was under way: it may or may not have left. Ask the recipient, then settle it.",
        "Le programme s'est arrêté pendant la remise : le message est peut-être parti. Demandez au destinataire, puis tranchez.",
    ),
    (
        "draft_gone",
        "The draft is not there any more: it was sent, or deleted by hand.",
        "Le brouillon n'est plus là : il a été envoyé, ou supprimé à la main.",
    ),
    (
        "draft_unreadable",
        "The stored draft {draft} has no readable id. Run `vigie doctor`.",
        "Le brouillon enregistré {draft} n'a pas d'identifiant lisible. Lancez `vigie doctor`.",
    ),
    (
        "database",
        "The database did not answer. It will be tried again.",
        "La base de données n'a pas répondu. Un nouvel essai suivra.",
    ),
    (
        "message_too_large",
        "The message has {bytes} bytes, the account takes {bytes_max}. Make the attachments smaller.",
        "Le message fait {bytes} octets, le compte en accepte {bytes_max}. Réduisez les pièces jointes.",
    ),
    (
        "cannot_connect",
        "The service cannot be reached: {problem}. It will be tried again.",
        "Le service est injoignable : {problem}. Un nouvel essai suivra.",
    ),
    (
        "unexpected_reply",
        "The service gave an answer that means nothing here. Check the account's address.",
        "Le service a donné une réponse incompréhensible. Vérifiez l'adresse du compte.",
    ),
    (
        "unexpected_token_reply",
        "The authorisation service gave an answer that means nothing here. Check the account's token address.",
        "Le service d'autorisation a donné une réponse incompréhensible. Vérifiez l'adresse des jetons du compte.",
    ),
    (
        "server_error",
        "The service has trouble of its own. It will be tried again.",
        "Le service a ses propres difficultés. Un nouvel essai suivra.",
    ),
    (
        "internal_failure",
        "The service has trouble of its own. It will be tried again.",
        "Le service a ses propres difficultés. Un nouvel essai suivra.",
    ),
    (
        "temporarily_unavailable",
        "The service is away for the moment. It will be tried again.",
        "Le service est absent pour le moment. Un nouvel essai suivra.",
    ),
    (
        "slow_down",
        "The service asks us to slow down. Sending goes on by itself after a pause.",
        "Le service nous demande de ralentir. L'envoi reprend seul après une pause.",
    ),
    (
        "rate_limit",
        "The account sends faster than its provider allows. Sending goes on by itself after a pause.",
        "Le compte envoie plus vite que son fournisseur ne le permet. L'envoi reprend seul après une pause.",
    ),
    (
        "credentials",
        "The provider does not accept the account's credentials. Enter them again, then resume.",
        "Le fournisseur n'accepte pas les identifiants du compte. Saisissez-les à nouveau, puis reprenez.",
    ),
    (
        "clock_skew",
        "This machine's clock is wrong, so the provider refuses its tokens. Set the clock, then resume.",
        "L'horloge de cette machine est fausse et le fournisseur refuse ses jetons. Réglez-la, puis reprenez.",
    ),
    (
        "insufficient_permissions",
        "The account was not given the right to send. Grant the Gmail scopes, then resume.",
        "Le compte n'a pas reçu le droit d'envoyer. Accordez les autorisations Gmail, puis reprenez.",
    ),
    (
        "forbidden",
        "The provider forbids it. Its reply says why; resume once that is mended.",
        "Le fournisseur l'interdit. Sa réponse dit pourquoi ; reprenez une fois cela réglé.",
    ),
    (
        "domain_policy",
        "The domain's administrator does not allow it. Ask them, then resume.",
        "L'administrateur du domaine ne l'autorise pas. Voyez avec lui, puis reprenez.",
    ),
    (
        "api_disabled",
        "The Gmail API is not enabled for this project. Enable it in the console, then resume.",
        "L'API Gmail n'est pas activée pour ce projet. Activez-la dans la console, puis reprenez.",
    ),
    (
        "mailbox_not_ready",
        "Gmail is not enabled for this mailbox. Enable it, then resume.",
        "Gmail n'est pas activé pour cette boîte. Activez-le, puis reprenez.",
    ),
    (
        "not_found",
        "The provider does not know this mailbox. Check the account's address, then resume.",
        "Le fournisseur ne connaît pas cette boîte. Vérifiez l'adresse du compte, puis reprenez.",
    ),
    (
        "secret_missing",
        "The account's secret is not here. Enter it, then resume.",
        "Le secret du compte n'est pas ici. Saisissez-le, puis reprenez.",
    ),
    (
        "secret_unreadable",
        "The account's secret was sealed under another key. Restore `secret.key` (each worker needs a copy of the one), or enter the secret again, then resume.",
        "Le secret du compte a été scellé sous une autre clé. Restaurez `secret.key` (chaque worker a besoin de la même copie) ou saisissez le secret, puis reprenez.",
    ),
    (
        "dkim_key_unreadable",
        "The DKIM key cannot be read. Check its path and permissions, then resume.",
        "La clé DKIM est illisible. Vérifiez son chemin et ses droits, puis reprenez.",
    ),
    (
        "authority",
        "It was not made by anyone who may have this run: nothing was run. Let an administrator make it anew.",
        "Cette tâche n'a pas été créée par quelqu'un qui a le droit de la faire exécuter : rien n'a été exécuté. Un administrateur doit la recréer.",
    ),
    (
        "account_url",
        "The account's address cannot be used. Correct it, then resume.",
        "L'adresse du compte est inutilisable. Corrigez-la, puis reprenez.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use model::Fault;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_told_once_and_in_both_languages() {
        let codes: HashSet<_> = TEXTS.iter().map(|(code, ..)| code).collect();
        assert_eq!(codes.len(), TEXTS.len());
        for (code, english, french) in TEXTS {
            for text in [english, french] {
                assert!(text.ends_with('.'), "{code}: {text}");
                assert!(!text.contains("--"), "{code} names an option, and pages show it too: {text}");
                assert_eq!(text.matches('{').count(), text.matches('}').count(), "{code}: {text}");
            }
        }
    }

    #[test]
    fn arguments_stand_in_their_places() {
        let verdict = Verdict::permanent("attachment_missing", Fault::Content).with_arg("path", "/srv/pdf/{x}.pdf");
        assert_eq!(
            explain(&verdict, Language::French),
            "La pièce jointe /srv/pdf/{x}.pdf est absente. Remettez-la en place et relancez."
        );
        assert_eq!(explain(&Verdict::permanent("new_one", Fault::Content), Language::English), "new_one");
    }
}
