//! Programs of the machine whose troubles are their own: monitoring, time, packages, sessions, security.

use crate::evidence::{Evidence, Family};

/// What they call themselves in a log, by the beginning.
#[rustfmt::skip]
const DAEMONS: &[&str] = &[
    "zabbix", "collectd", "telegraf", "node_exporter", "prometheus", "netdata", "munin", "nrpe", "nagios", "icinga", "check_mk", "snmpd", "monit", "datadog", "newrelic", "filebeat", "metricbeat", "auditbeat",
    "fluent", "promtail", "vector", "rsyslogd", "syslog-ng", "journal", "auditd", "audisp", "setroubleshoot", "sshd", "sudo", "su", "login", "polkitd", "dbus", "systemd-logind", "systemd-resolved",
    "systemd-timesyncd", "chronyd", "ntpd", "cron", "crond", "anacron", "atd", "smartd", "mdadm", "udisksd", "upowerd", "fwupd", "packagekitd", "unattended-upgr", "apt", "snapd", "dnf", "yum", "puppet",
    "chef", "salt", "ansible", "fail2ban", "clamd", "freshclam", "spamd", "rspamd", "networkmanager", "dhclient", "dhcpcd", "wpa_supplicant", "firewalld", "ufw", "avahi", "cupsd", "bluetoothd", "smbd",
    "nmbd", "winbindd", "sssd", "nslcd", "named", "unbound", "dnsmasq", "keepalived", "irqbalance", "thermald", "multipathd", "iscsid", "qemu-ga", "vmtoolsd", "acpid", "gdm", "tuned", "certbot", "kubelet",
    "containerd", "dockerd", "crio", "etcd", "kube-", "flannel", "calico", "node-problem", "open-vm",
];

/// Whether one of these says it, of itself.
pub(super) fn is_daemon(one: &Evidence) -> bool {
    let is_free = matches!(one.family, Family::Other | Family::App);
    let name = one.actor.program.as_deref().unwrap_or_default().to_lowercase();
    is_free && DAEMONS.iter().any(|daemon| name.strip_prefix(daemon).is_some_and(|rest| is_end_of_name(daemon, rest)))
}

/// Short names are whole words: `su` is not `survey`.
fn is_end_of_name(daemon: &str, rest: &str) -> bool {
    daemon.len() > 4 || !rest.starts_with(char::is_alphanumeric)
}
