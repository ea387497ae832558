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
pub const TEXTS: &[(&str, &str, &str)] = &[
    (
        "unknown_recipient",
        "This address does not exist. Ask the recipient for the correct address.",
        "Cette adresse n’existe pas. Demandez la bonne adresse au destinataire.",
    ),
    (
        "mailbox_full",
        "The recipient’s mailbox is full. Ask for another address, or retry in a few days.",
        "La boîte du destinataire est pleine. Demandez une autre adresse, ou relancez dans quelques jours.",
    ),
    (
        "mailbox_disabled",
        "The recipient’s mailbox is disabled. Ask for another address.",
        "La boîte du destinataire est désactivée. Demandez une autre adresse.",
    ),
    (
        "recipient_refused",
        "The server refuses this address. The server response gives the reason.",
        "Le serveur refuse cette adresse. La réponse du serveur indique le motif.",
    ),
    (
        "recipient_throttled",
        "This recipient is receiving too many messages. Vigie will try again automatically.",
        "Ce destinataire reçoit trop de messages. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "greylisted",
        "The server asks new senders to wait (greylisting). Vigie will try again automatically.",
        "Le serveur demande aux nouveaux expéditeurs de patienter (liste grise). Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "throttled",
        "The server asks to slow down. Sending resumes automatically after a pause. If this happens again, lower the sending rate.",
        "Le serveur demande de ralentir. L’envoi reprend automatiquement après une pause. Si cela se répète, réduisez le débit d’envoi.",
    ),
    (
        "server_busy",
        "The server is busy. Sending resumes automatically after a pause.",
        "Le serveur est occupé. L’envoi reprend automatiquement après une pause.",
    ),
    (
        "server_refused",
        "The mail server refuses connections from this machine. The server response gives the reason; contact the server’s administrator.",
        "Le serveur de messagerie refuse les connexions de cette machine. La réponse du serveur indique le motif ; contactez l’administrateur du serveur.",
    ),
    (
        "temporary",
        "The server could not accept the message for now. Vigie will try again automatically.",
        "Le serveur n’a pas pu accepter le message pour le moment. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "daily_quota",
        "The account has reached its daily limit. The remaining messages are waiting, and sending resumes when the limit is free again.",
        "Le compte a atteint sa limite quotidienne. Les messages restants sont en attente, et l’envoi reprend dès que la limite se libère.",
    ),
    (
        "hourly_quota",
        "The account has reached its hourly limit. Sending resumes automatically after a pause.",
        "Le compte a atteint sa limite horaire. L’envoi reprend automatiquement après une pause.",
    ),
    (
        "sender_quota",
        "The account has reached a sending limit. Sending resumes automatically after a pause. Check the limits of your mail provider.",
        "Le compte a atteint une limite d’envoi. L’envoi reprend automatiquement après une pause. Vérifiez les limites de votre fournisseur de messagerie.",
    ),
    (
        "user_rate",
        "The account sends faster than its provider allows. Sending resumes automatically after a pause.",
        "Le compte envoie plus vite que son fournisseur ne l’autorise. L’envoi reprend automatiquement après une pause.",
    ),
    (
        "auth_failed",
        "The server does not accept the username or password. Correct them in the account, then resume. No message has failed because of this.",
        "Le serveur n’accepte pas l’identifiant ou le mot de passe. Corrigez-les dans le compte, puis reprenez. Aucun message n’est en échec pour cette raison.",
    ),
    (
        "auth_unsupported",
        "The server offers no supported login method (PLAIN or LOGIN) on this connection. Check the port, and whether a password is needed.",
        "Le serveur ne propose aucune méthode d’authentification prise en charge (PLAIN ou LOGIN) sur cette connexion. Vérifiez le port, et si un mot de passe est nécessaire.",
    ),
    (
        "auth_unavailable",
        "The server cannot check passwords for now. Sending resumes automatically after a pause.",
        "Le serveur ne peut pas vérifier les mots de passe pour le moment. L’envoi reprend automatiquement après une pause.",
    ),
    (
        "invalid_grant",
        "Access to the account was withdrawn or has expired. Authorise the account again, then resume.",
        "L’accès au compte a été retiré ou a expiré. Autorisez de nouveau le compte, puis reprenez.",
    ),
    (
        "sender_refused",
        "The server does not allow this account to send from this address. Correct the sender or the account, then resume.",
        "Le serveur n’autorise pas ce compte à envoyer depuis cette adresse. Corrigez l’expéditeur ou le compte, puis reprenez.",
    ),
    (
        "policy",
        "The server’s policy refuses this message. The server response gives the reason; check the sender’s SPF and DKIM settings.",
        "Les règles du serveur refusent ce message. La réponse du serveur indique le motif ; vérifiez les réglages SPF et DKIM de l’expéditeur.",
    ),
    (
        "too_many_recipients",
        "The server accepts fewer recipients per message. The others are sent in another message. Use smaller groups.",
        "Le serveur accepte moins de destinataires par message. Les autres sont envoyés dans un autre message. Réduisez les groupes.",
    ),
    (
        "tls_unavailable",
        "The server offers no encryption, which is required. Check the server name and the port (587 with STARTTLS, 465 with smtps://).",
        "Le serveur ne propose pas de chiffrement, qui est obligatoire. Vérifiez le nom du serveur et le port (587 avec STARTTLS, 465 avec smtps://).",
    ),
    (
        "tls_unavailable_here",
        "The server on this machine offers no encryption, so the password was not sent. To send it anyway, use smtp://…?plaintext-auth=loopback.",
        "Le serveur de cette machine ne propose pas de chiffrement : le mot de passe n’a pas été envoyé. Pour l’envoyer malgré tout, utilisez smtp://…?plaintext-auth=loopback.",
    ),
    (
        "tls_failed",
        "The encrypted connection failed: {error}. Check the server name and its certificate.",
        "La connexion chiffrée a échoué : {error}. Vérifiez le nom du serveur et son certificat.",
    ),
    (
        "connection_lost",
        "The connection was lost before the message was delivered. Vigie will try again automatically.",
        "La connexion a été interrompue avant la remise du message. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "connect_failed",
        "The server cannot be reached: {error}. Check the server name, the port and the firewall. Sending resumes automatically when the server responds.",
        "Le serveur est injoignable : {error}. Vérifiez le nom du serveur, le port et le pare-feu. L’envoi reprend automatiquement dès que le serveur répond.",
    ),
    (
        "dns_failed",
        "The server name cannot be resolved: {error}. Check the name and the network.",
        "Le nom du serveur ne peut pas être résolu : {error}. Vérifiez le nom et le réseau.",
    ),
    (
        "timeout",
        "The server did not respond in time. Vigie will try again automatically.",
        "Le serveur n’a pas répondu à temps. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "protocol_error",
        "The server’s response is not valid SMTP ({error}). Check the server name and the port. Sending resumes automatically after a pause.",
        "La réponse du serveur n’est pas conforme à SMTP ({error}). Vérifiez le nom du serveur et le port. L’envoi reprend automatiquement après une pause.",
    ),
    (
        "message_too_big",
        "The message is larger than the server accepts. Use smaller attachments, or send a link.",
        "Le message dépasse la taille acceptée par le serveur. Réduisez les pièces jointes, ou envoyez un lien.",
    ),
    (
        "content_refused",
        "The server refuses the content of this message. The server response gives the reason.",
        "Le serveur refuse le contenu de ce message. La réponse du serveur indique le motif.",
    ),
    (
        "no_recipients",
        "The message has no recipient. Check the address columns.",
        "Le message n’a aucun destinataire. Vérifiez les colonnes d’adresses.",
    ),
    (
        "invalid_address",
        "“{address}” is not a valid email address. Correct it.",
        "« {address} » n’est pas une adresse e-mail valide. Corrigez-la.",
    ),
    (
        "smtputf8_needed",
        "“{address}” contains letters that this server does not support (SMTPUTF8). Ask for an address without accents before the @.",
        "« {address} » contient des lettres que ce serveur ne prend pas en charge (SMTPUTF8). Demandez une adresse sans accents avant le @.",
    ),
    (
        "outcome_unknown",
        "The connection was lost before the server confirmed the message, so it may or may not have been sent. Ask the recipient or check the server’s log, then mark the message as sent or not sent.",
        "La connexion a été interrompue avant la confirmation du serveur : le message a peut-être été envoyé. Interrogez le destinataire ou consultez le journal du serveur, puis marquez le message comme envoyé ou non envoyé.",
    ),
    (
        "attachment_missing",
        "The attachment {path} is missing. Put the file back, then retry.",
        "La pièce jointe {path} est absente. Remettez le fichier en place, puis relancez.",
    ),
    (
        "attachment_unreadable",
        "The attachment {path} cannot be read ({error}). Check the file’s permissions, then retry.",
        "La pièce jointe {path} est illisible ({error}). Vérifiez les droits d’accès du fichier, puis relancez.",
    ),
    (
        "attachment_changed",
        "The attachment {path} has changed since the mailing was prepared. Restore the original file, then retry. To send the new file, send the mailing again under the same name: recipients who already received it are skipped.",
        "La pièce jointe {path} a changé depuis la préparation de l’envoi. Restaurez le fichier d’origine, puis relancez. Pour envoyer le nouveau fichier, refaites l’envoi sous le même nom : les destinataires qui l’ont déjà reçu sont ignorés.",
    ),
    (
        "attachment_not_uploaded",
        "The attachment {name} was not uploaded with the mailing. Send the mailing again with its files, or use the command line on the server.",
        "La pièce jointe {name} n’a pas été ajoutée à l’envoi. Refaites l’envoi avec ses fichiers, ou utilisez la ligne de commande sur le serveur.",
    ),
    (
        "template",
        "The template cannot be filled in for this row: {error}. Correct the template or the row.",
        "Le modèle ne peut pas être rempli pour cette ligne : {error}. Corrigez le modèle ou la ligne.",
    ),
    (
        "template_failed",
        "The template {template} cannot be filled in for line {line}: {what}. Correct the template or the row.",
        "Le modèle {template} ne peut pas être rempli pour la ligne {line} : {what}. Corrigez le modèle ou la ligne.",
    ),
    (
        "invalid_row",
        "Line {line} contains an error and was skipped. Correct it, then send the mailing again under the same name.",
        "La ligne {line} contient une erreur et a été ignorée. Corrigez-la, puis refaites l’envoi sous le même nom.",
    ),
    (
        "row_unreadable",
        "The stored row cannot be read. Run `vigie doctor`.",
        "La ligne enregistrée est illisible. Lancez `vigie doctor`.",
    ),
    (
        "row_mismatch",
        "Line {line} does not have the same columns as the mailing. Run `vigie doctor`.",
        "La ligne {line} n’a pas les mêmes colonnes que l’envoi. Lancez `vigie doctor`.",
    ),
    (
        "no_recipient",
        "The message has no recipient. Check the address columns.",
        "Le message n’a aucun destinataire. Vérifiez les colonnes d’adresses.",
    ),
    (
        "invalid_recipient",
        "The provider does not accept this address. Correct it.",
        "Le fournisseur n’accepte pas cette adresse. Corrigez-la.",
    ),
    (
        "already_sent",
        "Already sent by an earlier mailing with this name.",
        "Déjà envoyé par un envoi précédent du même nom.",
    ),
    (
        "maybe_sent",
        "An earlier mailing with this name may have sent it. Mark that message as sent or not sent first: `vigie jobs settle`.",
        "Un envoi précédent du même nom l’a peut-être envoyé. Marquez d’abord ce message comme envoyé ou non envoyé : `vigie jobs settle`.",
    ),
    (
        "cancelled",
        "The job was cancelled before this item was processed.",
        "La tâche a été annulée avant le traitement de cet élément.",
    ),
    (
        "sent_again",
        "A later mailing with this name sent this message again.",
        "Un envoi ultérieur du même nom a renvoyé ce message.",
    ),
    (
        "outcome_lost",
        "Vigie stopped while it was sending this message, so it may or may not have been sent. Ask the recipient, then mark the message as sent or not sent.",
        "Vigie s’est arrêté pendant l’envoi de ce message : il a peut-être été envoyé. Interrogez le destinataire, puis marquez le message comme envoyé ou non envoyé.",
    ),
    (
        "draft_gone",
        "The draft no longer exists: it was sent or deleted outside Vigie.",
        "Le brouillon n’existe plus : il a été envoyé ou supprimé en dehors de Vigie.",
    ),
    (
        "draft_unreadable",
        "The stored draft {draft} has no readable ID. Run `vigie doctor`.",
        "Le brouillon enregistré {draft} n’a pas d’identifiant lisible. Lancez `vigie doctor`.",
    ),
    (
        "database",
        "The database did not respond. Vigie will try again automatically.",
        "La base de données n’a pas répondu. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "message_too_large",
        "The message is {bytes} bytes, and the account accepts {bytes_max}. Use smaller attachments.",
        "Le message fait {bytes} octets, et le compte en accepte {bytes_max}. Réduisez les pièces jointes.",
    ),
    (
        "cannot_connect",
        "The service cannot be reached: {problem}. Vigie will try again automatically.",
        "Le service est injoignable : {problem}. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "unexpected_reply",
        "The service gave an unexpected response. Check the account’s address.",
        "Le service a donné une réponse inattendue. Vérifiez l’adresse du compte.",
    ),
    (
        "unexpected_token_reply",
        "The authorisation service gave an unexpected response. Check the account’s token address.",
        "Le service d’autorisation a donné une réponse inattendue. Vérifiez l’adresse des jetons du compte.",
    ),
    (
        "server_error",
        "The provider’s service has a problem. Vigie will try again automatically.",
        "Le service du fournisseur rencontre un problème. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "internal_failure",
        "The provider’s service has a problem. Vigie will try again automatically.",
        "Le service du fournisseur rencontre un problème. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "temporarily_unavailable",
        "The service is temporarily unavailable. Vigie will try again automatically.",
        "Le service est temporairement indisponible. Une nouvelle tentative est prévue automatiquement.",
    ),
    (
        "slow_down",
        "The service asks to slow down. Sending resumes automatically after a pause.",
        "Le service demande de ralentir. L’envoi reprend automatiquement après une pause.",
    ),
    (
        "rate_limit",
        "The account sends faster than its provider allows. Sending resumes automatically after a pause.",
        "Le compte envoie plus vite que son fournisseur ne l’autorise. L’envoi reprend automatiquement après une pause.",
    ),
    (
        "credentials",
        "The provider does not accept the account’s credentials. Enter them again, then resume.",
        "Le fournisseur n’accepte pas les identifiants du compte. Saisissez-les de nouveau, puis reprenez.",
    ),
    (
        "clock_skew",
        "The clock of this machine is wrong, so the provider refuses its tokens. Set the clock, then resume.",
        "L’horloge de cette machine est fausse, et le fournisseur refuse ses jetons. Réglez l’horloge, puis reprenez.",
    ),
    (
        "insufficient_permissions",
        "The account does not have permission to send. Grant the Gmail permissions, then resume.",
        "Le compte n’est pas autorisé à envoyer. Accordez les autorisations Gmail, puis reprenez.",
    ),
    (
        "forbidden",
        "The provider refuses this request. The server response gives the reason; correct it, then resume.",
        "Le fournisseur refuse cette demande. La réponse du serveur indique le motif ; corrigez-le, puis reprenez.",
    ),
    (
        "domain_policy",
        "The domain’s administrator does not allow this. Contact the administrator, then resume.",
        "L’administrateur du domaine ne l’autorise pas. Contactez-le, puis reprenez.",
    ),
    (
        "api_disabled",
        "The Gmail API is not enabled for this project. Enable it in the Google Cloud console, then resume.",
        "L’API Gmail n’est pas activée pour ce projet. Activez-la dans la console Google Cloud, puis reprenez.",
    ),
    (
        "mailbox_not_ready",
        "Gmail is not enabled for this mailbox. Enable it, then resume.",
        "Gmail n’est pas activé pour cette boîte. Activez-le, puis reprenez.",
    ),
    (
        "not_found",
        "The provider does not know this mailbox. Check the account’s address, then resume.",
        "Le fournisseur ne connaît pas cette boîte. Vérifiez l’adresse du compte, puis reprenez.",
    ),
    (
        "secret_missing",
        "The account has no password or key. Enter it in the account, then resume.",
        "Le compte n’a pas de mot de passe ou de clé. Saisissez-le dans le compte, puis reprenez.",
    ),
    (
        "secret_unreadable",
        "The account’s password was encrypted with another key. Restore `secret.key`, of which each worker needs the same copy, or enter the password again, then resume.",
        "Le mot de passe du compte a été chiffré avec une autre clé. Restaurez `secret.key`, dont chaque processus a besoin de la même copie, ou saisissez de nouveau le mot de passe, puis reprenez.",
    ),
    (
        "dkim_key_unreadable",
        "The DKIM key cannot be read. Check its path and permissions, then resume.",
        "La clé DKIM est illisible. Vérifiez son chemin et ses droits d’accès, puis reprenez.",
    ),
    (
        "authority",
        "The user or program that created this job may not run it, so nothing was run. Ask an administrator to create it again.",
        "L’utilisateur ou le programme qui a créé cette tâche n’a pas le droit de l’exécuter : rien n’a été exécuté. Demandez à un administrateur de la recréer.",
    ),
    (
        "account_url",
        "The account’s address is not valid. Correct it, then resume.",
        "L’adresse du compte n’est pas valide. Corrigez-la, puis reprenez.",
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
            "La pièce jointe /srv/pdf/{x}.pdf est absente. Remettez le fichier en place, puis relancez."
        );
        assert_eq!(explain(&Verdict::permanent("new_one", Fault::Content), Language::English), "new_one");
    }
}
