//! What is of others than the run: programs of the machine whose troubles are their own (monitoring, time, packages, sessions,
//! security), other machines, other sites, disks for something else, environments in which programs are tried.

use super::scope::CONTAINER_LETTERS;
use crate::{
    collect::{CODE, Mount},
    evidence::{Evidence, Family, Sign},
    question::Question,
};

/// What they call themselves in a log, in small letters.
#[rustfmt::skip]
const DAEMONS: &[&str] = &[
    "zabbix_agentd", "zabbix_agent2", "zabbix_server", "zabbix_proxy", "collectd", "telegraf", "node_exporter", "prometheus", "netdata", "munin-node", "nrpe", "nagios", "icinga2", "check_mk_agent", "snmpd", "monit",
    "datadog-agent", "filebeat", "metricbeat", "auditbeat", "fluentd", "fluent-bit", "td-agent", "promtail", "rsyslogd", "syslog-ng", "auditd", "audisp-remote", "setroubleshoot", "setroubleshootd", "sshd", "sudo",
    "su", "login", "polkitd", "dbus-daemon", "dbus-broker", "chronyd", "ntpd", "cron", "crond", "anacron", "atd", "smartd", "mdadm", "udisksd", "upowerd", "fwupd", "packagekitd", "unattended-upgrade",
    "unattended-upgrades", "apt", "apt-get", "snapd", "dnf", "yum", "puppet-agent", "chef-client", "salt-minion", "ansible", "fail2ban-server", "fail2ban", "clamd", "freshclam", "spamd", "rspamd", "networkmanager",
    "dhclient", "dhcpcd", "wpa_supplicant", "firewalld", "ufw", "avahi-daemon", "cupsd", "bluetoothd", "smbd", "nmbd", "winbindd", "sssd", "nslcd", "named", "unbound", "dnsmasq", "keepalived", "irqbalance", "nscd", "dovecot", "vsftpd", "proftpd", "sysstat", "logrotate",
    "thermald", "multipathd", "iscsid", "qemu-ga", "vmtoolsd", "acpid", "gdm", "tuned", "certbot", "kubelet", "containerd", "dockerd", "crio", "etcd", "flanneld", "node-problem-detector",
];

/// Whether one of these says it, of itself, or the kernel of one of them.
pub(super) fn is_daemon(one: &Evidence) -> bool {
    let name = match one.family {
        Family::Other | Family::App => one.actor.program.as_deref(),
        Family::Kernel if one.sign == Sign::ProcessCrashed => crashed(&one.line),
        _ => None,
    };
    name.is_some_and(|name| DAEMONS.contains(&name.to_lowercase().as_str()))
}

/// The name and the number of `kernel: [812.60] cupsd[1022]: segfault at 4` and of `traps: cupsd[1022] general protection fault`.
fn crash(line: &str) -> Option<(&str, u32)> {
    let ends = ["]: segfault at ", "] general protection fault", "] trap "];
    let (head, _) = ends.iter().find_map(|end| line.split_once(end))?;
    let (head, pid) = head.rsplit_once('[')?;
    let name = head.rsplit([' ', ':', ']']).next().filter(|name| !name.is_empty())?;
    Some((name, pid.parse().ok()?))
}

fn crashed(line: &str) -> Option<&str> {
    crash(line).map(|(name, _)| name)
}

/// The number of the process that the kernel names: `php[60912]: segfault at 0`, `Killed process 812 (php)`.
pub(super) fn process(line: &str) -> Option<u32> {
    let killed = || line.split_once("Killed process ")?.1.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
    crash(line).map(|(_, pid)| pid).or_else(killed)
}

/// Interpreters, by how their processes are called, and the ends of their programs.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("python", &[".py"]),
    ("php", &[".php"]),
    ("ruby", &[".rb"]),
    ("perl", &[".pl", ".pm"]),
    ("node", &[".js", ".mjs", ".ts"]),
    ("java", &[".jar"]),
];

/// Whether the kernel speaks of an interpreter of another language than that of the programs which lie beside the run's log.
pub(super) fn is_of_other_language(line: &str, log_of_run: &str, programs: &[String]) -> bool {
    language(line, log_of_run, programs) == Some(false)
}

/// Whether it is of the same.
pub(super) fn is_of_own_language(line: &str, log_of_run: &str, programs: &[String]) -> bool {
    language(line, log_of_run, programs) == Some(true)
}

/// Whether both languages are the same; `None` where one of them is not known.
fn language(line: &str, log_of_run: &str, programs: &[String]) -> Option<bool> {
    let name = crashed(line)?;
    let (_, ends) = LANGUAGES.iter().find(|(language, _)| name.starts_with(language))?;
    let folder = |path: &'_ str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default();
    let above = folder(&folder(log_of_run));
    let around = [folder(log_of_run), format!("{above}/bin"), above];
    let mut own = programs.iter().filter(|program| around.contains(&folder(program))).peekable();
    own.peek()?;
    Some(own.any(|program| ends.iter().any(|end| program.ends_with(end))))
}

/// What a program calls its process in its own lines: `[php 5511]`, `pid=5511`, `worker[5511]:`.
pub(super) fn own_number(line: &str) -> Option<u32> {
    let head = line.lines().next()?;
    let number = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse().ok().filter(|_| end >= 2 && !text[end..].starts_with(['-', ':', '.', '/', '%']))
    };
    let behind = |mark: &str| {
        let (at, _) = head.match_indices(mark).find(|(at, _)| !head[..*at].ends_with(char::is_alphanumeric))?;
        number(head[at + mark.len()..].trim_start_matches(' '))
    };
    let in_brackets = || {
        head.split('[').skip(1).find_map(|part| {
            let (inside, rest) = part.split_once(']')?;
            let (name, pid) = inside.rsplit_once([' ', ':']).unwrap_or(("", inside));
            // `worker[5511]:`, `[php 5511]`, and no `[5511]` alone, which may count anything.
            let is_named = name.chars().any(char::is_alphabetic) && !name.contains(' ');
            let is_attached = name.is_empty()
                && rest.starts_with(':')
                && head[..head.len() - part.len() - 1].ends_with(char::is_alphabetic);
            number(pid).filter(|_| (is_named || is_attached) && pid.bytes().all(|byte| byte.is_ascii_digit()))
        })
    };
    behind("pid=").or_else(|| behind("pid ")).or_else(|| behind("pid:")).or_else(in_brackets)
}

/// Letters of a name that says whose something is.
const NAME_MIN: usize = 3;
/// Names of users and of databases that are nobody's.
const OF_NOBODY: &[&str] = &[
    "postgres",
    "mysql",
    "root",
    "admin",
    "app",
    "main",
    "prod",
    "production",
    "django",
    "web",
    "www",
    "data",
    "user",
    "default",
];

fn names(text: &str) -> impl Iterator<Item = &str> {
    let tells = |word: &&str| word.len() >= NAME_MIN && word.contains(char::is_alphabetic) && !OF_NOBODY.contains(word);
    text.split(|c: char| !c.is_alphanumeric()).filter(tells)
}

/// The names of the user and of the database whose session PostgreSQL speaks of: `[22981] lena@dwh ERROR:  …`, `user=lena,db=dwh …`.
pub(super) fn session(line: &str) -> Option<Vec<&str>> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let (head, _) =
        ["ERROR:", "FATAL:", "ERREUR:", "FEHLER:", "LOG:", "PANIC:"].iter().find_map(|level| line.split_once(level))?;
    let at = head
        .split([' ', '[', ']', ','])
        .find_map(|word| word.split_once('@').filter(|(user, base)| is_name(user) && is_name(base)));
    let field =
        |name: &str| head.split([' ', ',']).find_map(|word| word.strip_prefix(name)).filter(|name| is_name(name));
    let (user, base) = at.or_else(|| field("user=").zip(field("db=")))?;
    Some(names(user).chain(names(base)).collect())
}

/// Who sends, as Exim, msmtp and OpenSMTPD write it: `F=<news@club.example>`, `<= news@club.example`, `from=news@club.example`.
pub(super) fn sender(line: &str) -> Option<&str> {
    let (_, rest) = [" F=<", " <= ", " from=<", " from="].iter().find_map(|mark| line.split_once(mark))?;
    let sender = rest.split([' ', '>', ',']).next()?;
    sender.contains('@').then_some(sender)
}

/// The host that mail is handed to, as Exim, Postfix and Sendmail name it: `H=mx.example.org [192.0.2.1]`, `relay=mx.example.org.`
pub(super) fn relay(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(" H=").or_else(|| line.split_once(" relay="))?;
    let host = rest.split([' ', ',', '[', ':']).next()?.trim_end_matches('.');
    (!host.is_empty()).then_some(host)
}

/// Programs that look at databases of others, as they call their users.
const ONLOOKERS: &[&str] = &[
    "metabase",
    "grafana",
    "superset",
    "redash",
    "tableau",
    "powerbi",
    "looker",
    "airbyte",
    "fivetran",
    "pgadmin",
    "dbeaver",
    "datagrip",
    "backup",
    "barman",
    "pgbackrest",
    "replicator",
    "replication",
    "repl",
    "exporter",
    "postgres_exporter",
    "monitoring",
    "monitor",
    "zabbix",
    "nagios",
    "datadog",
    "readonly",
    "reporting",
    "analytics",
    "analyst",
];

/// Whether a user is one of these.
pub(super) fn is_of_onlooker(name: &str) -> bool {
    ONLOOKERS.contains(&name.to_lowercase().as_str())
}

/// The pool of PHP's processes that a line is about: `[pool shop] child 8841 exited`.
pub(super) fn pool(line: &str) -> Option<&str> {
    let name = line.split_once("[pool ")?.1.split(']').next()?;
    (!OF_NOBODY.contains(&name)).then_some(name)
}

/// The number and the name of a container, where Docker's service tells both: `container 9e1a77b0c2d4 (pdf-render) exited`.
pub(super) fn container(line: &str) -> Option<(&str, &str)> {
    let (id, rest) = line.split_once("container ")?.1.split_once(" (")?;
    let is_id = id.len() >= CONTAINER_LETTERS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = rest.split(')').next().filter(|name| is_id && !name.is_empty())?;
    Some((id, name))
}

/// What of several a line is about, in brackets behind its head: `campaign 77` of `… INFO: [campaign 77] 12 sent`.
pub(super) fn tag(line: &str) -> Option<&str> {
    let (_, rest) = line.lines().next()?.split_once(": [")?;
    let tag = rest.split(']').next()?;
    let is_name = tag.contains(char::is_alphabetic) && !tag.contains([':', '@', '/', '"', '{']);
    (is_name && tag.len() < 60).then_some(tag)
}

/// By what a program tells several works apart, and which one a line is about: `campaign=spring`, `vhost: shop`.
pub(super) fn label(line: &str) -> Option<(&'static str, &str)> {
    const KEYS: [&str; 9] =
        ["campaign", "newsletter", "mailing", "tenant", "vhost", "customer", "dbname", "mandant", "campagne"];
    let head = line.lines().next()?;
    KEYS.iter().find_map(|key| {
        let (at, _) = head.match_indices(key).find(|(at, _)| !head[..*at].ends_with(|c: char| c.is_alphanumeric()))?;
        let rest = head[at + key.len()..].trim_start_matches('"').strip_prefix(['=', ':'])?;
        let value =
            rest.trim_start_matches([' ', '"', '\'']).split([' ', '\t', ',', '"', '\'', ';', ')', ']', '}']).next()?;
        (!value.is_empty()).then_some((*key, value))
    })
}

/// Words of three letters that stand in any question.
const ANY_SHORT: &[&str] = &[
    "the", "and", "has", "was", "for", "les", "des", "est", "par", "sur", "aux", "une", "der", "die", "das", "und",
    "von", "het", "van", "een", "del", "los", "las", "con", "che", "log", "app", "www", "var", "srv", "opt",
];

/// Whether a tag, or the name of a log, has a word of the question: `alumni-diner` of *the dinner of the alumni*, `edi-gateway` of
/// *the EDI exchange*.
pub(super) fn is_tag_of(tag: &str, phrase: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= NAME_MIN);
        words.filter(|word| !ANY_SHORT.contains(word)).map(str::to_owned).collect()
    };
    let asked = words(phrase);
    let is_same =
        |one: &str, other: &str| one == other || one.len().min(other.len()) > NAME_MIN && is_alike(one, other);
    words(tag).iter().any(|word| asked.iter().any(|asked| is_same(asked, word)))
}

/// The names in what one of several servers of a kind is called: `archive` of `mysql@archive.service` and `/var/log/mysql-archive/error.log`.
pub(super) fn instance<'a>(unit: Option<&'a str>, log: &'a str) -> Vec<&'a str> {
    let of_unit = unit.and_then(|unit| Some(unit.strip_suffix(".service")?.split_once('@')?.1));
    let folder = log.strip_prefix("/var/log/").and_then(|rest| Some(rest.split_once('/')?.0)).unwrap_or_default();
    let of_folder =
        ["mysql-", "mariadb-", "postgresql-", "redis-", "mongodb-"].iter().find_map(|kind| folder.strip_prefix(kind));
    of_unit.or(of_folder).into_iter().flat_map(names).collect()
}

/// Whether a log is of another application than the run's, which has a folder of its own: `/srv/chat/logs/chat.log` beside
/// `/srv/invoices/logs/worker.log`.
pub(super) fn is_of_other_application(line: &str, log: &str, log_of_run: &str) -> bool {
    let (Some(own), Some(other)) = (home(log_of_run), home(log)) else { return false };
    let is_code = !log.starts_with("/var/log/");
    is_code
        && own != other
        && !shares_name(log_of_run, other)
        && !names_in_path(log_of_run).any(|name| line.contains(name))
}

/// Whether a line names a file of another application than the run's: `script '/srv/wiki/index.php' … timed out`.
pub(super) fn names_other_application(line: &str, log_of_run: &str) -> bool {
    let is_code = |path: &&str| CODE.iter().any(|folder| path.starts_with(folder));
    let Some(own) = home(log_of_run).filter(|_| is_code(&log_of_run)) else { return false };
    let mut words = line.split([' ', '"', '\'', '(', '=', ',']).filter(is_code).filter_map(home).peekable();
    words.peek().is_some() && words.all(|other| other != own && !shares_name(log_of_run, other))
}

pub(super) fn shares_name(log_of_run: &str, other: &str) -> bool {
    names_in_path(log_of_run).any(|name| names(other).any(|word| is_alike(name, word)))
}

/// The names in the path of a log, but for those that many have.
fn names_in_path(path: &str) -> impl Iterator<Item = &str> {
    #[rustfmt::skip]
    const OF_MANY: &[&str] = &[
        "srv", "var", "www", "opt", "home", "usr", "lib", "local", "log", "logs", "app", "apps", "shared", "current", "releases", "out", "err", "error", "errors", "access", "stdout", "stderr",
        "json", "worker", "workers", "celery", "queue", "cron", "debug", "info", "mail", "mailing", "mailer", "send", "import", "export", "sync", "storage", "html", "pm2", "tmp", "php", "php8", "php7",
        "fpm", "cli", "cgi", "python", "python3", "node", "java", "ruby", "perl", "gunicorn", "uwsgi", "uvicorn", "puma", "sidekiq", "supervisor", "supervisord", "nginx", "apache2", "httpd",
        "caddy", "haproxy", "syslog", "messages", "kern", "auth", "daemon", "maillog", "exim4", "exim", "mainlog", "postfix", "msmtp", "mariadb", "postgresql", "redis", "server", "rabbitmq",
        "rabbit", "mongodb", "mongod", "docker", "containers", "pods", "tomcat", "tomcat9", "tomcat10", "catalina", "laravel", "symfony", "rails", "django", "spring", "journal", "journald", "system",
        "console", "service", "services", "output", "application", "cloudwatch", "host", "remote",
    ];
    names(path).filter(|name| !OF_MANY.contains(name))
}

/// Whether a log has a name of its own, and shares none with the run's log, the question, or what the line says.
pub(super) fn is_of_unrelated_log(line: &str, log: &str, log_of_run: &str, phrase: &str) -> bool {
    let folder = |path: &'_ str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let is_plain = |log: &str| folder(log).is_some_and(|folder| folder == "/var/log");
    if folder(log) == folder(log_of_run) && !is_plain(log) {
        return false;
    }
    let (mut own, mut theirs) = (names_in_path(log_of_run).peekable(), names_in_path(log).peekable());
    if own.peek().is_none() || theirs.peek().is_none() {
        return false;
    }
    let is_related = |name: &str| names_in_path(log_of_run).any(|own| is_alike(own, name)) || is_tag_of(name, phrase);
    !theirs.any(is_related) && !own.any(|name| name.len() > NAME_MIN && line.contains(name))
}

/// Whether one name begins with the other, or both alike.
pub(super) fn is_alike(one: &str, other: &str) -> bool {
    const COMMON_MIN: usize = 5;
    let common = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    one.eq_ignore_ascii_case(other)
        || common >= COMMON_MIN
        || common >= NAME_MIN && (common == one.len() || common == other.len())
}

/// Whether a line of the system's log is of another machine than `own`, whose name is in small letters and without a domain:
/// `Nov 20 10:00:00 wiki-db mysqld[901]: …`, `2026-11-20T10:00:00+01:00 wiki-db mysqld[901]: …`.
pub(super) fn is_of_other_host(line: &str, own: &str) -> bool {
    host(line).is_some_and(|host| !host.split('.').next().unwrap_or_default().eq_ignore_ascii_case(own))
}

pub(super) fn host(line: &str) -> Option<&str> {
    let head = line.lines().next()?;
    let mut words = head.split(' ').filter(|word| !word.is_empty());
    let first = words.next()?;
    let is_clock = |word: &str| word.len() >= 8 && word.as_bytes()[2] == b':' && word.as_bytes()[5] == b':';
    if first.len() == 3 && first.starts_with(|c: char| c.is_ascii_uppercase()) {
        words.next().filter(|day| day.bytes().all(|byte| byte.is_ascii_digit()))?;
        words.next().filter(|clock| is_clock(clock))?;
    } else {
        let (day, clock) = first.split_once('T')?;
        (day.len() == 10 && is_clock(clock)).then_some(())?;
    }
    let host = words.next()?;
    // Behind it there is a program with its number, or the kernel: other words may be what a program says.
    let program = words.next()?.strip_suffix(':')?;
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    let is_numbered = |pid: &str| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit());
    let pid = program.strip_suffix(']').and_then(|program| Some(program.rsplit_once('[')?.1));
    (is_name(host) && (program == "kernel" || pid.is_some_and(is_numbered))).then_some(host)
}

/// Folders in which each site or program has one of its own.
const HOMES: &[&str] = &["/srv/", "/var/www/html/", "/var/www/", "/opt/", "/home/", "/var/log/"];

/// The site, or the program, whose own folder a path is in: `eshop` of `/var/log/eshop/laravel.log`.
fn home(path: &str) -> Option<&str> {
    let (name, rest) = HOMES.iter().find_map(|folder| path.strip_prefix(folder))?.split_once('/')?;
    (!name.is_empty() && !rest.is_empty()).then_some(name)
}

/// Whether a line stands in the log of another site than the log of the run: in a file of the same name beside it, or in one that is
/// called after the folder of the code of which it speaks, as the run's is not.
pub(super) fn is_of_other_site(line: &str, log: &str, log_of_run: &str) -> bool {
    let Some(own) = home(log_of_run) else { return false };
    let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let is_beside = home(log).is_some_and(|name| name != own) && file(log) == file(log_of_run);
    let mut paths = line.split([' ', '"', '\'', '(']).filter(|word| word.starts_with('/'));
    let speaks_of = paths.find_map(home);
    let is_called = |name: &str| name.len() >= 4 && log.contains(name) && !log_of_run.contains(name) && name != own;
    is_beside || speaks_of.is_some_and(is_called)
}

/// Words in the path of a log by which programs are tried, and serve nobody.
const TRIALS: &[&str] = &[
    "staging",
    "stage",
    "preprod",
    "test",
    "tests",
    "testing",
    "dev",
    "demo",
    "sandbox",
    "uat",
    "recette",
    "qa",
    "integration",
    "builds",
    "pytest",
    "phpunit",
    "prova",
    "collaudo",
    "essai",
    "prueba",
];

/// Whether a text has a word for such an environment.
pub(super) fn names_trial(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| TRIALS.contains(&word))
}

/// Whether a log is of an environment in which programs are tried, of which nobody asks who does not say so.
pub(crate) fn is_of_trial(log: &str, question: &Question) -> bool {
    let named = names_trial;
    let folder = log.rsplit_once('/').map_or("", |(folder, _)| folder);
    // `postgresql-13-staging.log`, but not what somebody calls `test.log`.
    let stem = log[folder.len()..].split('.').next().unwrap_or_default();
    let is_named = named(folder) || stem.split(['-', '_']).count() > 1 && named(stem);
    is_named && !named(&question.phrase) && !question.logs.iter().any(|pattern| named(pattern))
}

/// Folders on disks of their own, for something else than what the machine does.
const ASIDE: &[&str] = &["backup", "sauvegarde", "archiv", "sicherung", "photos", "media", "usb"];

/// Whether the kernel speaks of a disk that holds something else than the run: `EXT4-fs (sdc1): …` for `/mnt/photos`.
pub(super) fn is_of_other_disk(line: &str, mounts: &[Mount], log_of_run: &str) -> bool {
    let is_edge = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_');
    let of_disk = |mount: &&Mount| line.split(is_edge).any(|word| word == mount.device);
    let Some(mount) = mounts.iter().find(of_disk) else { return false };
    let lower = mount.folder.to_lowercase();
    let is_aside =
        lower.starts_with("/mnt/") || lower.starts_with("/media/") || ASIDE.iter().any(|word| lower.contains(word));
    is_aside && !log_of_run.starts_with(&format!("{}/", mount.folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_of_the_host_that_stands_behind_its_time() {
        for (line, expected) in [
            ("2026-11-21T14:47:03.540208+09:00 wiki-db mysqld[901]: got signal 11 ;", true),
            ("Nov  1 06:14:22 wiki-db kernel: [812.43] oops", true),
            ("Nov 21 06:14:22 shop-1 mysqld[901]: got signal 11", false),
            ("Nov 21 06:14:22 Shop-1.example.org mysqld[901]: got signal 11", false),
            ("2026-11-21 14:47:03 ERROR: no host", false),
            ("2026-11-21T14:47:03Z muistutukset: valmis", false),
            ("2026-11-21T14:47:03Z invoices mailer: stopped", false),
        ] {
            assert_eq!(is_of_other_host(line, "shop-1"), expected, "{line}");
        }
    }

    #[test]
    fn a_disk_is_what_its_folder_is_for() {
        let mount = |device: &str, folder: &str| Mount { device: device.into(), folder: folder.into() };
        let mounts = [mount("sda1", "/"), mount("sdc1", "/mnt/photos"), mount("sdd1", "/mnt/shop")];
        let says = |device: &str| format!("kernel: [1.2] EXT4-fs ({device}): Remounting filesystem read-only");
        for (device, expected) in [("sda1", false), ("sdc1", true), ("sdd1", false), ("sde1", false)] {
            assert_eq!(is_of_other_disk(&says(device), &mounts, "/mnt/shop/logs/mailing.log"), expected, "{device}");
        }
    }

    #[test]
    fn nobody_asks_about_a_trial_who_does_not_say_so() {
        let asked = |phrase: &str| Question { phrase: phrase.into(), ..Question::default() };
        let log = "/srv/pay/staging/logs/pay.log";
        assert!(is_of_trial(log, &asked("the payslips stopped at 12:00")));
        assert!(!is_of_trial(log, &asked("the payslips of staging stopped at 12:00")));
        assert!(!is_of_trial("/srv/pay/logs/test.log", &asked("it stopped at 12:00")));
    }

    #[test]
    fn a_crash_is_of_the_program_that_the_kernel_names() {
        assert_eq!(crashed("ocr-3 kernel: [812345.6] cupsd[1022]: segfault at 4 ip 00007f"), Some("cupsd"));
        assert_eq!(crashed("kernel: traps: smbd[7] general protection fault ip:7f"), Some("smbd"));
        assert_eq!(crashed("kernel: Out of memory: Killed process 7"), None);
    }

    #[test]
    fn a_site_has_its_own_log() {
        let own = "/var/log/apothiki/laravel.log";
        assert!(is_of_other_site("production.ERROR: Deadlock", "/var/log/eshop/laravel.log", own));
        assert!(!is_of_other_site("production.ERROR: Deadlock", own, own));
        let line = "PHP Fatal error: Allowed memory size in /srv/vitrine/wp-content/resize.php on line 57";
        assert!(is_of_other_site(line, "/var/log/php/vitrine_error.log", "/var/log/presta/labels.log"));
        assert!(!is_of_other_site(line, "/var/log/php/error.log", "/var/log/presta/labels.log"));
        assert!(!is_of_other_site(line, "/var/log/php/vitrine_error.log", "/srv/vitrine/logs/mailing.log"));
    }
}
