//! What is of others than the run: programs of the machine whose troubles are their own (monitoring, time, packages, sessions,
//! security), other machines, other sites, disks for something else, environments in which programs are tried.

use crate::{
    collect::Mount,
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

/// `cupsd` of `kernel: [812.60] cupsd[1022]: segfault at 4` and of `traps: cupsd[1022] general protection fault`.
fn crashed(line: &str) -> Option<&str> {
    let ends = ["]: segfault at ", "] general protection fault", "] trap "];
    let (head, _) = ends.iter().find_map(|end| line.split_once(end))?;
    let (head, pid) = head.rsplit_once('[')?;
    let name = head.rsplit([' ', ':', ']']).next()?;
    (!pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty()).then_some(name)
}

/// Whether a line of the system's log is of another machine than `own`, whose name is in small letters and without a domain:
/// `Nov 20 10:00:00 wiki-db mysqld[901]: …`, `2026-11-20T10:00:00+01:00 wiki-db mysqld[901]: …`.
pub(super) fn is_of_other_host(line: &str, own: &str) -> bool {
    host(line).is_some_and(|host| !host.split('.').next().unwrap_or_default().eq_ignore_ascii_case(own))
}

fn host(line: &str) -> Option<&str> {
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
    "prova",
    "collaudo",
    "essai",
    "prueba",
];

/// Whether a log is of an environment in which programs are tried, of which nobody asks who does not say so.
pub(crate) fn is_of_trial(log: &str, question: &Question) -> bool {
    let named = |text: &str| {
        let lower = text.to_lowercase();
        lower.split(|c: char| !c.is_alphanumeric()).any(|word| TRIALS.contains(&word))
    };
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
