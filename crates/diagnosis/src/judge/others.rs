//! Programs of the machine whose troubles are their own: monitoring, time, packages, sessions, security.

use crate::evidence::{Evidence, Family};

/// What they call themselves in a log, in small letters.
#[rustfmt::skip]
const DAEMONS: &[&str] = &[
    "zabbix_agentd", "zabbix_agent2", "zabbix_server", "zabbix_proxy", "collectd", "telegraf", "node_exporter", "prometheus", "netdata", "munin-node", "nrpe", "nagios", "icinga2", "check_mk_agent", "snmpd", "monit",
    "datadog-agent", "filebeat", "metricbeat", "auditbeat", "fluentd", "fluent-bit", "td-agent", "promtail", "rsyslogd", "syslog-ng", "auditd", "audisp-remote", "setroubleshoot", "setroubleshootd", "sshd", "sudo",
    "su", "login", "polkitd", "dbus-daemon", "dbus-broker", "chronyd", "ntpd", "cron", "crond", "anacron", "atd", "smartd", "mdadm", "udisksd", "upowerd", "fwupd", "packagekitd", "unattended-upgrade",
    "unattended-upgrades", "apt", "apt-get", "snapd", "dnf", "yum", "puppet-agent", "chef-client", "salt-minion", "ansible", "fail2ban-server", "fail2ban", "clamd", "freshclam", "spamd", "rspamd", "networkmanager",
    "dhclient", "dhcpcd", "wpa_supplicant", "firewalld", "ufw", "avahi-daemon", "cupsd", "bluetoothd", "smbd", "nmbd", "winbindd", "sssd", "nslcd", "named", "unbound", "dnsmasq", "keepalived", "irqbalance",
    "thermald", "multipathd", "iscsid", "qemu-ga", "vmtoolsd", "acpid", "gdm", "tuned", "certbot", "kubelet", "containerd", "dockerd", "crio", "etcd", "flanneld", "node-problem-detector",
];

/// Whether one of these says it, of itself.
pub(super) fn is_daemon(one: &Evidence) -> bool {
    let is_free = matches!(one.family, Family::Other | Family::App);
    is_free && one.actor.program.as_deref().is_some_and(|name| DAEMONS.contains(&name.to_lowercase().as_str()))
}
