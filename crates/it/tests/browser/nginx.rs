//! nginx in front of a site, in a folder of its own, as whoever runs the test.

use crate::{harness::Ended, server::free_port};
use std::{fs, path::Path, process::Command};

/// Serves the files of `folder` under a strict policy, and what `locations` say besides; where.
pub(crate) fn serving(program: &Path, folder: &Path, locations: &str) -> (Ended, String) {
    let (port, here) = (free_port(), folder.display());
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {here}/tmp-{name};\n"))
        .concat();
    let config = format!(
        "daemon off; master_process off; pid {here}/nginx.pid; error_log {here}/error.log;\n\
         events {{ worker_connections 256; }}\n\
         http {{ types {{ text/html html; text/javascript js; }} access_log {here}/access.log;\n{temporary}\
         server {{ listen 127.0.0.1:{port}; root {here};\n\
         add_header Content-Security-Policy \"default-src 'none'; script-src 'self'; connect-src 'self'\";\n\
         {locations} }} }}\n"
    );
    fs::write(folder.join("main.conf"), config).expect("the folder is writable");
    let mut command = Command::new(program);
    command.arg("-p").arg(folder).arg("-e").arg(folder.join("error.log")).arg("-c").arg(folder.join("main.conf"));
    (Ended::start(&mut command), format!("http://127.0.0.1:{port}"))
}
