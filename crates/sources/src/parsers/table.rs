//! The table of formats, from the most particular to the most general.

use super::{
    Format, Parser, Shape,
    Shape::{Carrier, Ended, Headed, Line, Open},
    Standing::{self, General, Headered, Loose, Own},
    access, cloud, containers, databases, dated, exports, java, journal, json, linux, logfmt, mail, mailing, native,
    network, php, placed, programs, proxies, python, python_servers, servers, syslog, systems, tables, web_error,
    windows,
};
use crate::record::Parsed;

/// A format whose parser reads everything in one pass and remembers nothing: to sniff is to parse.
macro_rules! simple {
    ($name:literal, $shape:expr, $standing:expr, $parse:path) => {
        simple!($name, $shape, $standing, $parse, |text| {
            let parse: fn(&str) -> Option<Parsed<'_>> = $parse;
            parse(text).is_some()
        })
    };
    // What tells sooner that the parser takes a line.
    ($name:literal, $shape:expr, $standing:expr, $parse:path, $sniff:expr) => {
        Format {
            name: $name,
            shape: $shape,
            standing: $standing,
            sniff: $sniff,
            is_exact: true,
            parse: |text, _| $parse(text),
        }
    };
}

const fn format(
    name: &'static str,
    shape: Shape,
    standing: Standing,
    sniff: fn(&str) -> bool,
    parse: Parser,
) -> Format {
    Format { name, shape, standing, sniff, is_exact: false, parse }
}

/// Where `json` stands in [`FORMATS`].
pub(crate) const JSON: usize = 3;

/// Every format, the most particular first.
pub static FORMATS: &[Format] = &[
    format("journald", Carrier(json::carried), Own, json::sniff_journald, json::parse),
    format("journald", Ended(journal::is_open), Own, journal::sniff, journal::parse),
    format("docker", Carrier(json::carried), Own, json::sniff_docker, json::parse),
    format("json", Line, Own, json::sniff, json::parse),
    format("stamped", Carrier(containers::carried_stamped), Own, containers::sniff_stamped, containers::parse_stamped),
    format(
        "cloud_foundry",
        Carrier(containers::carried_cloud_foundry),
        Own,
        containers::sniff_cloud_foundry,
        containers::parse_cloud_foundry,
    ),
    format("access", Line, Own, access::sniff, access::parse),
    simple!("aws_s3", Line, Own, cloud::bucket),
    simple!("aws_load_balancer", Line, Own, cloud::load_balancer),
    simple!("aws_flow", Line, Own, cloud::flow),
    simple!("squid", Line, Own, network::squid),
    simple!("3proxy", Line, Own, proxies::three_proxy),
    simple!("windows_event", Headed, Own, windows::event),
    format("windows_csv", Headed, Headered, |_| false, windows::headed),
    format("csv", Headed, Headered, |_| false, exports::row),
    simple!("windows_csv", Headed, Own, windows::saved),
    simple!("windows_csv", Headed, Own, windows::exported),
    format("cmtrace", Open(windows::is_open), Own, |text| text.starts_with("<![LOG["), |text, _| windows::traced(text)),
    simple!("cmtrace", Line, Own, windows::traced_before),
    simple!("xml", Headed, Own, programs::element),
    simple!("audit", Line, Own, linux::audit),
    simple!("cef", Line, Own, network::cef),
    simple!("leef", Line, Own, network::leef),
    simple!("tai64n", Headed, Own, systems::tai64n),
    simple!("erlang", Headed, Own, programs::erlang),
    simple!("ruby", Headed, Own, programs::ruby),
    simple!("rails", Headed, Own, programs::rails_request),
    simple!("gin", Line, Own, programs::gin),
    simple!("nest", Headed, Own, programs::nest),
    simple!("dotnet", Headed, Own, programs::dotnet),
    format("fluentd", Line, Own, programs::sniff_fluentd, programs::parse_fluentd),
    simple!("envoy", Line, Own, cloud::envoy),
    simple!("logcat", Headed, Own, systems::logcat),
    simple!("cluster", Line, Own, systems::cluster),
    simple!("piped", Headed, Own, systems::piped),
    simple!("zabbix", Headed, Own, systems::zabbix),
    simple!("proxifier", Line, Own, systems::proxifier),
    simple!("windows_installer", Headed, Own, windows::installer),
    simple!("windows_servicing", Headed, Own, systems::servicing),
    format("nginx_error", Headed, Own, web_error::sniff_nginx, web_error::parse_nginx),
    format("apache_error", Carrier(web_error::carried_apache), Own, web_error::sniff_apache, web_error::parse_apache),
    simple!("gunicorn", Headed, Own, python_servers::gunicorn),
    simple!("celery", Headed, Own, python_servers::celery),
    simple!("runserver", Line, Own, python_servers::runserver),
    simple!("uwsgi", Line, Own, proxies::uwsgi),
    simple!("haproxy", Line, Own, proxies::haproxy),
    simple!("journal_verbose", Headed, Own, journal::verbose),
    simple!("cups", Line, Own, linux::cups),
    simple!("apt_history", Headed, Own, linux::apt_history),
    simple!("weblogic", Headed, Own, servers::weblogic),
    simple!("db2", Headed, Own, servers::db2),
    simple!("hana", Headed, Own, servers::hana),
    simple!("firebird", Headed, Own, servers::firebird),
    simple!("sssd", Headed, Own, servers::sssd),
    simple!("bacula", Headed, Own, servers::bacula),
    simple!("leveled", Headed, Own, servers::leveled),
    simple!("hmailserver", Line, Own, servers::hmailserver),
    simple!("redis", Line, Own, databases::redis),
    simple!("glog", Headed, Own, native::glog),
    simple!("kernel", Line, Own, linux::kernel),
    simple!("strace", Line, Own, linux::strace),
    simple!("php", Headed, Own, php::errors),
    simple!("monolog", Headed, Own, php::monolog),
    simple!("env_logger", Headed, Own, native::env_logger),
    // A header has told what these are.
    format("w3c", Line, Headered, tables::sniff_w3c, tables::parse_w3c),
    format("zeek", Line, Headered, tables::sniff_zeek, tables::parse_zeek),
    format("postgres_csv", Open(databases::csv_is_open), Own, databases::sniff_csv, databases::parse_csv),
    simple!("mysql_slow", Headed, Own, databases::slow_log),
    simple!("mysql", Headed, Own, databases::mysql),
    simple!("cisco", Line, Own, network::cisco),
    simple!("comware", Line, Own, network::comware),
    simple!("openldap", Line, Own, systems::openldap),
    format("cri", Carrier(containers::carried_cri), Own, containers::sniff_cri, containers::parse_cri),
    format("syslog5424", Carrier(syslog::carried_5424), Own, syslog::sniff_5424, syslog::parse_5424),
    format("syslog", Carrier(syslog::carried), Own, syslog::sniff, syslog::parse),
    format("compose", Carrier(containers::carried_compose), Own, containers::sniff_compose, containers::parse_compose),
    format("tracing", Headed, Own, native::sniff_tracing, native::parse_tracing),
    simple!("exim", Headed, Own, mail::exim),
    simple!("laravel_worker", Line, Own, php::worker),
    simple!("tagged", Headed, Own, python::tagged),
    simple!("loguru", Headed, Own, python::loguru),
    simple!("python", Headed, Own, python::dashed),
    simple!("django", Headed, Own, python::django),
    simple!("vdsm", Headed, Own, python::doubled),
    simple!("jboss", Headed, Own, programs::jboss),
    simple!("odoo", Headed, Own, programs::with_process),
    simple!("tomcat", Headed, Own, java::tomcat),
    simple!("logback", Headed, Own, java::logback),
    simple!("elixir", Headed, Own, programs::elixir),
    simple!("websphere", Headed, Own, programs::websphere),
    simple!("java", Headed, Own, java::usual),
    simple!("java_util_logging", Headed, Own, java::two_lines),
    simple!("bracketed", Headed, Own, python::bracketed),
    simple!("zerolog_console", Headed, Own, proxies::console),
    simple!("heads", Headed, Own, programs::heads),
    simple!("postgres", Headed, Own, databases::postgres),
    simple!("uvicorn", Headed, Own, python_servers::uvicorn),
    simple!("python_basic", Headed, Own, python::basic),
    simple!("django_request", Headed, Own, python::django_request),
    format("logfmt", Line, Loose, logfmt::sniff, logfmt::parse),
    format("history", Headed, Own, linux::sniff_history, linux::parse_history),
    simple!("mailing", Headed, Loose, mailing::line),
    format("syslog", Line, Loose, network::sniff_bare, network::parse_bare),
    simple!("dated", Headed, General, dated::dated, dated::begins),
    simple!("dated", Headed, Loose, dated::counted),
    simple!("placed", Headed, General, placed::placed),
    simple!("clocked", Headed, General, dated::clocked, dated::begins_with_clock),
];
