//! What programs say, as rows: the words of their documentation and sources, in each version and language that says them
//! otherwise. Of rows of one subject the first that fits counts: the particular stand before the general.

use crate::evidence::{Family, Sign};

/// One thing that is said.
pub(super) struct Row {
    pub(super) sign: Sign,
    pub(super) subject: Subject,
    /// Who says it; empty is anybody.
    pub(super) from: &'static [Family],
    /// Any of these; `…` stands for whatever is between two parts. In any case of ASCII letters.
    pub(super) texts: &'static [&'static str],
}

/// Of each subject a record proves one thing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Http,
    Server,
    Mail,
    Memory,
    Database,
    Disk,
    Unit,
    Machine,
    Network,
    Tasks,
}

const fn row(sign: Sign, subject: Subject, from: &'static [Family], texts: &'static [&'static str]) -> Row {
    Row { sign, subject, from, texts }
}

use Family as F;

const WEB: &[Family] = &[F::WebError];
const SERVER: &[Family] = &[F::AppServer, F::System, F::App, F::Other];
/// Whoever sends mail: Postfix's clients, and programs that speak SMTP themselves.
const SENDERS: &[Family] = &[F::Mail, F::App, F::AppServer, F::Tasks, F::Other];
const POSTFIX: &[Family] = &[F::Mail];
const PROGRAMS: &[Family] = &[F::App, F::AppServer, F::Tasks, F::Other];
const KERNEL: &[Family] = &[F::Kernel];
const MANAGER: &[Family] = &[F::System];
const DATABASE: &[Family] = &[F::Database, F::App, F::AppServer, F::Tasks, F::Other];
const TASKS: &[Family] = &[F::Tasks, F::AppServer, F::App, F::Other];
const ANYBODY: &[Family] = &[];

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // nginx, Apache, HAProxy, Caddy: ngx_http_upstream.c, mod_proxy, the vendors' pages.
    row(Sign::UpstreamConnectTimeout, Subject::Http, WEB, &["upstream timed out…while connecting to upstream",
        "dial tcp …i/o timeout",
        "error during connect…timeout", "while connecting to upstream…timed out",
    ]),
    row(Sign::UpstreamClosed, Subject::Http, WEB, &["(20014)Internal error", "(104)Connection reset by peer: …AH0", "AH01102: …Connection reset", "AH01068", "AH01067"]),
    row(Sign::UpstreamTimeout, Subject::Http, WEB, &[
        "upstream timed out", "Timeout when reading response headers from daemon process", "The timeout specified has expired", "timeout awaiting response headers", "AH01102",
        "caused by: context deadline exceeded", "mod_fcgid: read data timeout in", "AH01075", "response not received, request sent", "504 Gateway Timeout' caused by",
        "read tcp …i/o timeout", "code=H12 ", "upstream request timeout", "upstream response timeout",
    ]),
    row(Sign::UpstreamRefused, Subject::Http, WEB, &[
        "connect() failed (111:", "connect() to …failed (111:", "connect() to …failed (2:", "no live upstreams", "AH00957",
        "connect: connection refused", "AH01114", "AH01079", "(111)Connection refused: AH",
    ]),
    row(Sign::UpstreamClosed, Subject::Http, WEB, &[
        "upstream prematurely closed connection", "recv() failed (104:…reading response header from upstream",
        "Error reading from remote server", "Truncated or oversized response headers received from daemon process",
        "502 Bad Gateway' caused by: EOF", "reverseproxy…EOF", "End of script output before headers", "recv() failed (104:",
    ]),
    row(Sign::ClientGone, Subject::Http, WEB, &["client prematurely closed connection", "client…closed connection while waiting for request",
        "499 Client Closed Request", "caused by: context canceled", "mod_fcgid: ap_pass_brigade failed",
    ]),
    // What application servers say of a browser that went away.
    row(Sign::ClientGone, Subject::Http, PROGRAMS, &[
        "ClientAbortException", "probably the client disconnected", "AsyncRequestNotUsableException", "ClientDisconnect", "BadRequestError: request aborted",
        "The client has disconnected", "client disconnected before", "Client disconnected", "client closed the connection", "client closed connection",
        "Unexpected end of request content", "Puma::ConnectionError", "jetty.io.EofException", "uwsgi_response_write…Broken pipe",
        "OperationCanceledException…RequestAborted", "net/http: abort Handler", "http.disconnect",
    ]),
    row(Sign::BodyTooLarge, Subject::Http, WEB, &["client intended to send too large", "is larger than the configured limit", "request body too large", "AH01588"]),
    row(Sign::BodyTooLarge, Subject::Http, PROGRAMS, &["POST Content-Length of …exceeds the limit", "PayloadTooLargeError", "request entity too large", "MaxUploadSizeExceededException", "Request body too large"]),
    row(Sign::PoolExhausted, Subject::Http, &[F::AppServer, F::System, F::App, F::Tasks, F::Other, F::WebError], &[
        "server reached pm.max_children", "All threads …are currently busy", "Maximum number of threads (…busy", "server reached MaxRequestWorkers", "server reached MaxClients",
        "RejectedExecutionException", "TaskRejectedException", "rejected from java.util.concurrent.ThreadPoolExecutor", "request queue is full", "uWSGI listen queue of socket …full",
        "can't start new thread", "fork: retry: Resource temporarily unavailable", "pthread_create failed: Resource temporarily unavailable", "thread pool starvation",
        "Reached max children process limit", "can't apply process slot for", "scoreboard is full", "worker_connections are not enough", "no free workers", "all workers are busy",
        "thread pool is exhausted", "thread pool exhausted", "Too many pending requests", "cannot create thread", "Cannot fork",
    ]),
    row(Sign::PoolExhausted, Subject::Http, KERNEL, &["fork rejected by pids controller"]),
    // Pools of workers and threads: php-fpm, LSAPI, Puma, Tomcat, Java's executors, Apache.
    row(Sign::RequestsLimited, Subject::Http, WEB, &[
        "limiting requests, excess:", "limiting connections by zone", "failed (11: Resource temporarily unavailable)",
    ]),
    // mod_wsgi 4: its own limits are those of an application server.
    row(Sign::WorkerTimeout, Subject::Server, WEB, &["Daemon process deadlock timer expired", "Daemon process request time limit exceeded", "Maximum execution time of", "execution timed out (…sec), terminating"]),
    // What a program needs to start, and does not find: a setting, a module, a library.
    row(Sign::Misconfigured, Subject::Server, &[F::App, F::AppServer, F::Tasks, F::Other, F::System], &[
        "ImproperlyConfigured", "Worker failed to boot", "App failed to load", "environment variable is not set", "environment variable …not set", "missing environment variable",
        "missing required environment", "required environment variable", "environment variable …is required", "environment variables are missing", "Cannot find module", "ModuleNotFoundError", "ClassNotFoundException", "NoClassDefFoundError",
        "cannot load such file", "Could not resolve placeholder", "APPLICATION FAILED TO START", "Error creating bean with name", "Failed to load configuration", "invalid configuration", "configuration error",
        "No application encryption key has been specified", "error while loading shared libraries", "status=203/EXEC", "status=200/CHDIR", "Failed to load environment files", "Failed at step ", "MissingConfigException",
        "missing configuration", "missing required config", "is not a valid configuration",
        "Cannot find package", "ERR_MODULE_NOT_FOUND", "cannot import name", "cannot open shared object file", "Uncaught Error: Class …not found", "Call to undefined function", "Failed to open stream: No such file or directory", "Failed opening required", "Unable to access jarfile", "Could not find or load main class", "Could not load file or assembly", "You must install or update .NET", "/usr/bin/env: …No such file or directory", "bad interpreter", "Unable to load dynamic library", "could not find driver", "Missing credentials for", "LoadError", "symbol lookup error", "undefined symbol: ", "UnsupportedClassVersionError", "exec format error", "required file not found", "DLL load failed", "OCI runtime create failed", "ImagePullBackOff", "ErrImagePull", "CreateContainerConfigError", "manifest unknown", "open /etc/…no such file", "config.yaml: no such file", ".env: no such file", "config.json: no such file", ".toml: no such file", ".yml: no such file", ".conf: No such file", "Invalid configuration object", "Environment variables not found", "KeyError: 'SMTP", "KeyError: 'MAIL", "KeyError: 'EMAIL", "KeyError: 'DATABASE_URL", "must be configured", "no such option", "unrecognized arguments", "Unsupported config", "unable to load app",
        // Mail servers, proxies and the service manager that refuse their own settings.
        "Exim configuration error", "bad numerical configuration", "bad string length", "unsupported dictionary type", "has a bad unit file setting", "Unit configuration has fatal error",
        "Failed to locate executable", "Executable path is not absolute", "FATAL CONFIG FILE ERROR", "configuration file …contains errors", "Error(s) found in configuration file", "error reloading config_file=",
        // Frameworks: Laravel, Symfony, Rails, Nest, Spring, .NET, Phoenix, pydantic, envconfig.
        "MissingAppKeyException", "Environment variable not found:", "non-existent parameter \"", "The mailer DSN is invalid", "InvalidConfigurationException", "Missing `secret_key_base`", "Bundler::GemNotFound",
        "in locally installed gems", "Config validation error", "Invalid environment variables", "Failed to bind properties", "Failed to configure a DataSource", "UnsatisfiedDependencyException", "NoSuchBeanDefinitionException",
        "Unable to resolve service for type", "ConnectionString property has not been initialized", "Some services are not able to be constructed", "could not fetch application environment", "environment variable …is missing",
        "validation error for Settings", "validation errors for Settings", "UndefinedValueError", "required key …missing value", "environment variable not found", "missing configuration field", "Can't locate …in @INC",
        // Files of settings that cannot be read.
        "yaml.scanner.ScannerError", "yaml.parser.ParserError", "yaml: unmarshal errors", "yaml: line ", "YAMLException", "Psych::SyntaxError", "Unable to parse at line", "TOMLDecodeError", "configparser.", "failed to load config",
        "failed to parse config", "failed to read config", "could not load config", "cannot load config", "error parsing config", "error in config", "syntax error in config", "bad configuration", "wrong configuration",
        // What a job is to run is not there.
        "Could not open input file:", "can't open file '", ": command not found", ": Befehl nicht gefunden", ": commande introuvable", ": orden no encontrada", "executable file not found in $PATH",
        // In other words.
        "Konfigurationsfehler", "erreur de configuration", "error de configuración", "errore di configurazione",
    ]),
    row(Sign::Misconfigured, Subject::Server, WEB, &[
        "[emerg] …unknown directive", "unknown directive \"", "invalid number of arguments in", "unexpected end of file, expecting", "directive is not allowed here", "AH00526: Syntax error", "Invalid command '",
        "parsing […: unknown keyword", "Error(s) found in configuration file",
    ]),
    // gunicorn's arbiter, 19 to 27; uWSGI 2; Unicorn, Puma, hypnotoad; the limits of frameworks.
    row(Sign::WorkerTimeout, Subject::Server, SERVER, &["WORKER TIMEOUT (pid:", "Worker…) timeout after ", "virtual real time limit (", "timeout (…s > …s), killing", "has no heartbeat (…restarting", "Rack::Timeout::Request", "Request ran for longer than", "source=rack-timeout…state=timed_out",
        "AsyncRequestTimeoutException", "Response timeout\n", "HttpException…Request timed out", "HARAKIRI ON WORKER", "HARAKIRI !!!",
        "execution timed out (…sec), terminating", "Terminating timed out worker", "Maximum execution time of", "worker process …is taking too long",
    ]),
    row(Sign::WorkerKilled, Subject::Server, SERVER, &[
        "Worker (pid:…was sent SIGKILL!", "Worker with pid …was terminated due to signal 9", "DAMN ! worker …killed by signal 9",
        "exited on signal 9 (SIGKILL)", "exitcode 137",
    ]),
    row(Sign::ProcessCrashed, Subject::Server, SERVER, &[
        "was sent SIGSEGV", "was sent SIGBUS", "was sent SIGILL", "was terminated due to signal 11", "was terminated due to signal 7",
        "DAMN ! worker …killed by signal 11", "got Segmentation Fault !!!", "Fatal Python error: ",
        "exited on signal 11 (SIGSEGV)", "exited on signal 7 (SIGBUS)", "AH00052: child pid …Segmentation fault",
    ]),
    row(Sign::WorkerRecycled, Subject::Server, SERVER, &["Autorestarting worker after current request", "The work of process …is done. Seeya!"]),
    row(Sign::ServerReloading, Subject::Server, SERVER, &["Handling signal: hup", "Hang up: Master",
        "Reloading in progress", "AH00493: SIGUSR1 received", "AH00171: Graceful restart requested", "phased restart", "reloading: execvp", "grace them all", "...gracefully killing workers..."]),
    row(Sign::ServerStopping, Subject::Server, SERVER, &[
        "Handling signal: term", "Handling signal: int", "Handling signal: quit", "Shutting down: Master",
        "SIGINT/SIGQUIT received...killing workers", "SIGTERM received...brutally",
    ]),
    row(Sign::WorkerBooted, Subject::Server, SERVER, &["Booting worker with pid:"]),
    row(Sign::ServerStarted, Subject::Server, SERVER, &["Starting gunicorn ", "*** Starting uWSGI"]),
    // Mail: RFC 5321, RFC 3463, providers' pages of codes, Postfix's smtp(8), Python's smtplib.
    row(Sign::SmtpCertificate, Subject::Mail, SENDERS, &[
        "certificate has expired", "CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "Server certificate not verified",
        "certificate verification failed", "Server certificate not trusted",
        "x509: certificate", "unable to verify the first certificate", "self-signed certificate",
        "SSL certificate problem", "did not match expected CN", "Hostname mismatch", "alert handshake failure", "handshake_failure", "wrong version number", "unsupported protocol", "tlsv1 alert", "alert protocol version", "No appropriate protocol", "no protocols available", "protocol is disabled", "dh key too small", "key too weak", "ca md too weak", "TLS handshake fail", "SSL handshake fail", "Cannot start TLS", "STARTTLS failed", "TLS negotiation failed", "TLS connection failed", "Could not convert socket to TLS", "curl error 60", "curl error 35", "curl: (60)", "curl: (35)", "tls_process_server_certificate", "RemoteCertificateNameMismatch", "RemoteCertificateChainErrors", "UntrustedRoot", "unable to get issuer", "verify error:num=", "self signed certificate", "does not match certificate's altnames", "PKIX path building failed", "CertificateExpiredException", "CERT_HAS_EXPIRED", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID", "TLS certificate verification failed", "Peer certificate cannot be authenticated",
        "certificate is not yet valid", "CertPathValidatorException", "RemoteCertificate", "remote certificate is invalid", "SslHandshakeException", "SSLHandshakeException…certificate", "failed to verify certificate",
        "CERT_NOT_YET_VALID", "no alternative certificate subject name", "No subject alternative", "Hostname/IP does not match", "SELF_SIGNED_CERT_IN_CHAIN", "certificate is not trusted", "unable to get local issuer certificate", "tls: expired certificate", "alert certificate expired", "invalid peer certificate", "certificate_expired", "unknown_ca", "bad_certificate", "certificate expired", "certificate is expired", "certificat a expiré", "Zertifikat ist abgelaufen",
        "certificado ha caducado", "not match the certificate",
    ]),
    row(Sign::SmtpQuota, Subject::Mail, SENDERS, &[
        "5.4.5 ", "Daily user sending limit", "Daily sending quota exceeded", "Daily message quota exceeded", "5.7.705", "5.7.708",
        "number of allowed outgoing messages was exceeded", "sending quota exceeded", "daily quota exceeded",
        "daily limit for message recipients", "daily limit for sending", "daily sending limit", "Submission quota exceeded", "5.2.2 …Submission quota",
        "exceeded the max emails per hour", "exceeded the max defers", "hourly sending limit", "quota of emails", "monthly sending limit", "out of email credits",
        "5.7.232", "5.7.233", "5.7.236",
        "Maximum credits exceeded", "daily relay quota exceeded", "bad outbound sender", "Access denied, bad outbound", "has been blocked for sending", "exceeded the maximum number of messages", "sending limit reached", "Quota d'envoi dépassé", "quota d'envoi",
        "límite de envío", "Sendelimit", "Versandlimit", "Sending suspended for this account", "sending paused for this account", "outbound quota exceeded", "daily email limit",
    ]),
    row(Sign::SmtpRate, Subject::Mail, SENDERS, &[
        "4.7.28", "421 …rate limit", "unusual rate of", "temporarily rate limited", "Maximum sending rate exceeded", "Throttling failure",
        "too many emails", "too much mail from", "too many messages", "Concurrent connections limit exceeded",
        "Message delivery request rate limit exceeded", "sending rate", "4.7.500", "too many concurrent", "too many connections from",
        "(421, …limit", "(450, …limit", "(451, …limit", "(452, …limit", "(454, …limit", "said: 4…rate limit", "(550, …rate limit",
        "421 4.7.", "421-4.7.", "(421, b'4.7.", "(421, b\"4.7.", "450 4.7.1 Error: too much", "(451, b'4.7.", "said: 451 4.7.", "throttl",
        "receiving mail too quickly", "Too many connections, slow down", "slow down", "[TSS0", "[TS01]", "421 RP-001", "OU-002", "452 4.5.3 Too many", "Too many login attempts", "exceeded its rate limit", "rate limit exceeded", "sending too fast",
    ]),
    row(Sign::SmtpAuth, Subject::Mail, SENDERS, &[
        "SMTPAuthenticationError", "SASL authentication failed", "535 5.7.", "535-5.7.", "(535, ", "535 Authentication", "said: 535",
        "530 5.7.0 Authentication required", "(530, b'5.7.",
        "5.7.139", "authentication unsuccessful", "Application-specific password required", "534-5.7.9", "534 5.7.9", "530 5.7.1 Client was not authenticated", "530 5.7.57", "Incorrect authentication data", "AuthenticationFailedException", "Authentication credentials invalid", "no worthy mechs found", "535, b'", "invalid_grant", "unauthorized_client", "AADSTS", "Token has been expired or revoked", "code=535",
    ]),
    row(Sign::SmtpLostAfterData, Subject::Mail, SENDERS, &["while sending end of data -- message may be sent more than once"]),
    row(Sign::SmtpNoSpace, Subject::Mail, SENDERS, &["nsufficient system storage"]),
    row(Sign::SmtpRefused, Subject::Mail, POSTFIX, &["connect to …Connection refused", "connect to …Connexion refusée"]),
    row(Sign::SmtpTimeout, Subject::Mail, POSTFIX, &[
        "connect to …Connection timed out", "conversation with …timed out while", "connect to …Operation timed out",
        "connect to …expiration du délai",
    ]),
    // Beside what became of the message, which is of another subject: unknown.
    row(Sign::SmtpTimeout, Subject::Network, POSTFIX, &["conversation with …timed out while sending end of data"]),
    // Nodemailer says no more than that.
    row(Sign::SmtpTimeout, Subject::Mail, SENDERS, &["Greeting never received"]),
    // smtplib says so of a server that is silent for longer than its timeout.
    row(Sign::SmtpTimeout, Subject::Mail, SENDERS, &["SMTPServerDisconnected: Connection unexpectedly closed: timed out"]),
    // Exim, msmtp, OpenSMTPD, nodemailer, PHPMailer, Symfony's and Swift's mailers, Java's and Go's.
    row(Sign::SmtpTimeout, Subject::Mail, SENDERS, &[
        "T=…defer (110)", "SMTP timeout after", "H=…Connection timed out", "smtp…Greeting never received", "ESOCKETTIMEDOUT…smtp", "ETIMEDOUT…CONN",
        "Connection timeout…CONN", "SMTP connect() failed…(110)", "Failed to connect to server…(110)", "stream_socket_client(): Unable to connect to …(Connection timed out)",
        "Connection could not be established with host …timed out", "cannot connect to …Connection timed out", "Couldn't connect to host, port: …timed out",
    ]),
    row(Sign::SmtpRefused, Subject::Mail, SENDERS, &[
        "T=…defer (111)", "H=…Connection refused", "ECONNREFUSED…CONN", "SMTP connect() failed…(111)", "Failed to connect to server…(111)",
        "stream_socket_client(): Unable to connect to …(Connection refused)", "Connection could not be established with host …refused",
        "cannot connect to …port …Connection refused", "Couldn't connect to host, port: …refused", "SMTP connect() failed",
    ]),
    row(Sign::SmtpAuth, Subject::Mail, SENDERS, &[
        "EAUTH", "Invalid login: 5", "SMTP Error: Could not authenticate", "Failed to authenticate on SMTP server", "authentication failed (method", "Username and Password not accepted",
        "authenticator failed",
    ]),
    row(Sign::SmtpDisconnected, Subject::Mail, SENDERS, &["SMTPServerDisconnected", "lost connection with …while",
        "Remote host closed connection in response to", "Unexpected socket close", "Error: Connection closed unexpectedly", "Connection to …has been closed unexpectedly", "Expected response code …but got an empty response", "lost connection in middle of processing",
        "socket disconnected before secure TLS connection was established",
    ]),
    row(Sign::SmtpBusy, Subject::Mail, SENDERS, &[
        "SMTPConnectError: (421", "SMTPConnectError(421", "refused to talk to me: 4", "said: 421", "said: 450 4.3", "said: 451", "said: 454", "said: 432",
        "SMTPDataError: (4", "SMTPDataError(4", "SMTPSenderRefused: (4", "SMTPSenderRefused(4", "SMTPHeloError: (4", "(421, b",
        "SMTPResponseException: (4",
        "Net::SMTPServerBusy", "421 4.3.2", "421 Service not available", "421 4.3.0", "454 4.7.0 Temporary authentication failure", "451 4.3.0 ", "server busy", "rejecting connections on daemon", "refusing connections on daemon",
    ]),
    row(Sign::RecipientRefused, Subject::Mail, SENDERS, &[
        "SMTPRecipientsRefused", "The following recipients failed: ", "said: 550", "said: 551", "said: 553", "said: 552 5.2.2", "said: 450 4.2.", "said: 452 4.2.",
    ]),
    row(Sign::SmtpRefused, Subject::Mail, SENDERS, &["SMTPDataError: (5", "SMTPDataError(5", "SMTPSenderRefused: (5", "SMTPSenderRefused(5", "said: 554", "refused to talk to me: 5", "SMTPConnectError", "Email address is not verified", "MessageRejected", "SendAsDenied"]),
    // Memory: the kernel's mm/oom_kill.c, systemd, systemd-oomd, CPython.
    row(Sign::OomKill, Subject::Memory, KERNEL, &[
        "Out of memory: Killed process", "Out of memory: Kill process", "oom-kill:constraint=", "cgroup out of memory: Killed process",
        "oom_reaper: reaped process",
        "cgroup out of memory: Kill process",
    ]),
    row(Sign::OomKill, Subject::Memory, MANAGER, &["systemd-oomd killed ",
        "sending SIGTERM to process…badness", "sending SIGKILL to process…badness", "low memory! at or below SIGTERM limits", "Killed /…due to memory pressure"]),
    row(Sign::OomUnit, Subject::Memory, MANAGER, &["has been killed by the OOM killer", "Failed with result 'oom-kill'"]),
    row(Sign::ProcessCrashed, Subject::Memory, KERNEL, &[": segfault at ", " general protection fault ip:", " trap invalid opcode ip:", "traps: …general protection"]),
    row(Sign::MemoryError, Subject::Memory, PROGRAMS, &[
        "MemoryError", "Cannot allocate memory", "Ne peut allouer de la mémoire", "java.lang.OutOfMemoryError",
        "JavaScript heap out of memory", "Allowed memory size of …exhausted", "failed to allocate memory (NoMemoryError)", "fatal error: runtime: out of memory",
        "memory allocation of …bytes failed", "std::bad_alloc", "out of memory",
        "ENOMEM", "memory limit exceeded", "exceeded memory limit", "exceeds memory limit", "exceeding memory limit", "heap out of memory", "eheap_alloc: Cannot allocate", "Cannot reallocate", "malloc failed", "mmap failed: Cannot", "Unable to allocate …for an array", "insufficient memory", "not enough memory", "Speicher erschöpft", "mémoire insuffisante", "Worker stopped due to memory limit", "OutOfMemoryError", "Java heap space", "runtime: out of memory", "runtime: cannot allocate memory", "OutOfMemoryException", "NoMemoryError",
        "unable to create native thread", "Reached heap limit", "Out of memory (allocated", "heap limit Allocation failed",
    ]),
    row(Sign::MemoryError, Subject::Memory, PROGRAMS, &["GC overhead limit exceeded", "OOM when allocating", "PumaWorkerKiller: Out of memory", "exceeds --max-memory-restart", "Out of memory!", "Unable to fork new process"]),
    // Docker and containerd.
    row(Sign::OomUnit, Subject::Memory, &[F::System, F::Other, F::App], &["TaskOOM event", "OOMKilled", "OOMKilling", "container oom", "/tasks/oom", "oom-killed", "Container …was OOM", "reason=oom", "The node was low on resource: memory", "Error R15 (Memory quota vastly exceeded)"]),
    // What PHP says reaches the web server.
    row(Sign::MemoryError, Subject::Memory, WEB, &["Allowed memory size of …exhausted", "Cannot allocate memory"]),
    row(Sign::MemoryError, Subject::Memory, MANAGER, &["exceeds --max-memory-restart"]),
    // PostgreSQL 9 to 17 in English and French, its clients, MySQL, SQLite.
    row(Sign::DbConnections, Subject::Database, DATABASE, &[
        "too many clients already", "trop de clients sont déjà connectés", "remaining connection slots are reserved",
        "emplacements de connexions restants sont réservés", "too many connections for role", "too many connections for database",
        "(1040, ", "Too many connections",
        "no more connections allowed (max_client_conn)", "QueuePool limit of size", "max_user_connections", "ER_CON_COUNT_ERROR", "Timeout acquiring a connection", "Connection is not available, request timed out after", "query_wait_timeout",
        "timeout exceeded when trying to connect", "ConnectionAcquireTimeoutError", "could not obtain a connection from the pool", "obtaining a connection from the pool", "connection pool has been exhausted",
        "fetching a new connection from the connection pool", "Pool empty. Unable to fetch a connection", "PoolTimeout: couldn't get a connection", "PoolExhausted", "pool is exhausted", "pool exhausted", "pool timed out while waiting",
        "Cannot get a connection, pool error", "waiting for a connection from the pool", "no more connections allowed", "connection pool timeout", "WaitQueueTimeoutError", "while checking out a connection from connection pool",
        "pgbouncer cannot connect", "connection not available and request was dropped from queue", "too many connections for", "[1040]", "sorry, too many clients", "connection refused because too many open connections",
        "too many open connections", "too many database connections", "all pooled connections were in use", "connection limit exceeded for", "Pool is probably full", "acquire connection timeout",
        "timed out waiting for connection", "Timed out in bb8", "Timeout occurred while waiting for a slot", "checkout a Connection has timed out", "Timeout while getting a connection from pool",
        "sec, 0/…available", "Unable to acquire JDBC Connection", "Timeout waiting for idle object", "ResourceRequest timed out", "Queue limit reached", "TooManyConnectionsError", "max pool size was reached",
        "ORA-12516", "ORA-12519", "ORA-12520", "ORA-00018", "dropped from queue after", "Zu viele Verbindungen", "Trop de connexions", "Demasiadas conexiones", "Troppe connessioni", "Muitas conexões",
    ]),
    row(Sign::DbPanic, Subject::Database, DATABASE, &["PANIC:  could not write", "could not write to file \"pg_wal", "n'a pas pu écrire dans le fichier « pg_wal", "was terminated by signal 6", "a été arrêté par le signal 6"]),
    row(Sign::DbCrash, Subject::Database, &[F::Database], &[
        "was terminated by signal", "a été arrêté par le signal", "terminating connection because of crash of another server process",
        "arrêt de la connexion à cause de l'arrêt brutal", "terminating any other active server processes",
        "arrêt des autres processus serveur actifs", "was not properly shut down", "n'a pas été arrêté proprement",
        "mysqld got signal", "mariadbd got signal", "InnoDB: Starting crash recovery",
    ]),
    row(Sign::DbCrash, Subject::Database, PROGRAMS, &["because of crash of another server process", "à cause de l'arrêt brutal"]),
    row(Sign::DbShutdown, Subject::Database, &[F::Database], &[
        "received fast shutdown request", "received smart shutdown request", "received immediate shutdown request",
        "a reçu une demande d'arrêt", "database system is shut down", "le système de base de données est arrêté",
        "the database system is shutting down", "le système de base de données s'arrête", "Received SHUTDOWN from user",
        ": Normal shutdown", "Shutdown complete",
        "Shutting down mysqld", "Starting shutdown...", "Signal was sent by kill(2)", "Now exiting", "Received signal…Terminated", "going to close listening sockets", "dbexit:",
    ]),
    row(Sign::DbTerminated, Subject::Database, DATABASE, &[
        "terminating connection due to administrator command", "arrêt des connexions suite à la demande de l'administrateur",
        "terminating connection due to idle-in-transaction timeout", "terminating connection due to idle-session timeout", "terminating connection due to transaction timeout",
        "terminating connection due to conflict with recovery", "suite à l'expiration du délai d'inactivité",
        "AdminShutdown",
        "Connection was killed", "(1927, ", "(1317, ", "server conn crashed?",
    ]),
    row(Sign::DbStatementTimeout, Subject::Database, DATABASE, &[
        "canceling statement due to statement timeout", "délai écoulé pour l'exécution de l'instruction",
        "maximum statement execution time exceeded", "max_statement_time exceeded",
        "ER_QUERY_TIMEOUT", "(3024, ", "canceling statement due to user request", "Statement cancelled due to timeout", "Execution Timeout Expired", "prior to completion of the operation", "operation exceeded time limit", "MaxTimeMSExpired",
        "Query execution was interrupted, maximum", "statement timeout", "[3024]", "ER_STATEMENT_TIMEOUT", "SQLSTATE[57014]", "(SQLSTATE 57014)", "57014: ", "QueryCanceled", "ORA-01013", "timeout: context deadline exceeded…SELECT", "query read timeout", "Query timeout expired",
    ]),
    row(Sign::DbDeadlock, Subject::Database, DATABASE, &["deadlock detected", "interblocage (deadlock) détecté", "Bloquage mortel détecté", "Deadlock found when trying to get lock", "ER_LOCK_DEADLOCK", "was deadlocked on", "ActiveRecord::Deadlocked",
        "could not serialize access", "WriteConflict", "Write conflict during plan execution", "DeadlockLoserDataAccessException", "40P01", "deadlock victim", "Beim Versuch, eine Sperre anzufordern, ist ein Deadlock"]),
    row(Sign::DbLockTimeout, Subject::Database, DATABASE, &[
        "canceling statement due to lock timeout", "délai écoulé pour l'obtention des verrous", "Lock wait timeout exceeded",
        "database is locked",
        "SQLITE_BUSY", "could not obtain lock on", "database table is locked", "1205 Lock wait", "SQLite3::BusyException", "lock request time out period exceeded", "ER_LOCK_WAIT_TIMEOUT", "LockNotAvailable", "lock timeout", "SQLITE_LOCKED", "ORA-00054", "LockAcquisitionException", "PessimisticLock", "CannotAcquireLock", "LockWaitTimeout", "Beim Warten auf eine Sperre",
    ]),
    row(Sign::DbLockWait, Subject::Database, &[F::Database], &["still waiting for …Lock on", "est toujours en attente de"]),
    row(Sign::DbStarted, Subject::Database, &[F::Database], &["ready to accept connections", "prêt pour accepter les connexions",
        "ready for connections",
    ]),
    row(Sign::DbUnreachable, Subject::Database, PROGRAMS, &[
        "could not connect to server", "connection to server …failed", "server closed the connection unexpectedly",
        "le serveur a fermé la connexion de façon inattendue", "la connexion au serveur …a échoué", "(2006, ", "(2002, ", "(2003, ",
        "(2013, ", "the database system is starting up", "the database system is in recovery mode", "connection already closed",
        "the database system is shutting down", "NotWritablePrimary", "PrimarySteppedDown", "InterruptedDueToReplStateChange", "interrupted at shutdown", "InterruptedAtShutdown", "ShutdownInProgress", "Topology is closed", "connection pool was cleared", "connection pool paused", "No more connections could be made", "Can't reach database server", "Unable to connect to database", "could not connect to database", "lost connection to the database", "database connection lost", "no primary found",
        "SSL connection has been closed unexpectedly",
        "MySQL server has gone away", "Lost connection to MySQL server", "Can't connect to MySQL server", "Can't connect to local MySQL server", "Can't connect to local server through socket", "SQLSTATE[HY000] [2002]", "SQLSTATE[08006]", "PROTOCOL_CONNECTION_LOST", "ServerSelectionTimeoutError", "MongoNetworkError", "could not translate host name", "ECONNREFUSED…:5432", "ECONNREFUSED…:3306", "PG::ConnectionBad", "CommunicationsException",
        "MongoServerSelectionError", "Connection to …refused. Check that the hostname and port", "driver: bad connection", "ConnectionNotEstablished", "SequelizeConnection", "Communications link failure", "Connection terminated unexpectedly", "P1001", "P1017",
        "The connection attempt failed", "SQLSTATE[08", "no pg_hba.conf entry", "server selection error", "No suitable servers found", "Exception while reading from stream",
        "Exception while connecting", "Timeout during connection attempt", "no connection to the server", "connection not open", "Unable to connect to any of the specified MySQL hosts",
        "A network-related or instance-specific error", "ORA-12541", "ORA-12514", "ORA-03113", "ORA-03135", "server login has been failing", "WSREP has not yet prepared node", "PoolClearedError", "Error establishing a database connection",
        "tcp recv (idle): closed", "MongoNotConnectedError", "AutoReconnect", "DatabaseError…connection is closed",
    ]),
    // The disk, in the words of the C library.
    row(Sign::QuotaExceeded, Subject::Disk, ANYBODY, &["Disk quota exceeded", "Débordement du quota d'espace disque",
        "EDQUOT",
        "user block limit reached", "over disk quota", "exceeded your disk quota", "quota disque dépassé", "Errcode: 122", "errno=122", "errno 122 ",
    ]),
    row(Sign::NoSpace, Subject::Disk, ANYBODY, &[
        "No space left on device", "Aucun espace disponible sur le périphérique", "not enough free space", "database or disk is full",
        "ENOSPC", "errno 28 ", "Errcode: 28", "errno: 28", "errno=28", "disk is full", "disk resource limit alarm set", "not enough space on the disk", "The table …is full", "No usable space", "no free space", "disk full", "out of disk space", "low on disk space", "free disk space limit",
        "Operating system error number 28", "OS errno 28", "errno: 28", "low on resource: ephemeral-storage",
        "attempting to reclaim…ephemeral-storage", "usage of EmptyDir volume", "exceeds the total limit of containers ephemeral", "not enough disk space", "insufficient disk space", "disk is 100", "pas assez d'espace", "espace insuffisant", "nicht genügend Speicherplatz", "kein Platz mehr", "no queda espacio", "errno=-28", "inode usage 100", "out of inodes", "no free inodes", "filesystem is full", "file system is full",
        "Write error saving DB on disk", "disk is almost full, writes blocked", "Festplatte voll", "Datenträger voll", "disque plein", "disco lleno", "disco pieno", "disco cheio",
    ]),
    row(Sign::ReadOnly, Subject::Disk, ANYBODY, &[
        "Read-only file system", "Remounting filesystem read-only", "Remounting file system read-only",
        "Système de fichiers accessible en lecture seulement", "attempt to write a readonly database",
        "EROFS",
        "Read-only filesystem", "filesystem is read-only", "file system is read-only", "mounted read-only", "errno 30]", "os error 30", "Errcode: 30 ", "errno=30",
    ]),
    // ext4, XFS, btrfs, ZFS that let nobody write any more.
    row(Sign::ReadOnly, Subject::Disk, KERNEL, &[
        "XFS (…Shutting down filesystem", "XFS (…Filesystem has been shut down", "forced readonly", "Aborting journal on device", "Detected aborted journal", "BTRFS…Transaction aborted", "I/O failure and has been suspended",
        "F2FS-fs (…Stopped filesystem",
    ]),
    row(Sign::IoError, Subject::Disk, KERNEL, &[
        "Buffer I/O error", "blk_update_request: I/O error", "I/O error, dev ", "metadata I/O error", "log I/O error", "critical medium error", "Medium Error", "Unrecovered read error", "aborting reset", "QID …timeout, ",
    ]),
    row(Sign::IoError, Subject::Disk, PROGRAMS, &["Input/output error"]),
    // systemd 229 to 257, supervisor, dpkg.
    row(Sign::StopTimeout, Subject::Unit, MANAGER, &["State 'stop-sigterm' timed out", "stop-sigterm timed out. Killing", "State 'final-sigterm' timed out",
        "State 'stop-sigabrt' timed out", "State 'stop-watchdog' timed out", "didn't exit in time, killing", "failed to exit within",
        "Stopping timed out", "stop timed out", "did not stop in time", "did not terminate in time", "forcing shutdown", "Forcibly killing", "killing '…with SIGKILL", "using the force", "Stopping process with SIGKILL", "Exit timeout) ->",
    ]),
    row(Sign::UnitKilled, Subject::Unit, MANAGER, &["Main process exited, code=killed, status=9", "(terminated by SIGKILL",
        "exit code 137", "exitCode=137", "via signal [SIGKILL]", "exited with code [137]", "exited with code 137", "exitStatus=137", "exit status 137", "exitCode:137", "(exit status 137",
    ]),
    row(Sign::ProcessCrashed, Subject::Unit, MANAGER, &["Main process exited, code=dumped", "Main process exited, code=killed, status=11", "(terminated by SIGSEGV", "(terminated by SIGABRT",
        "exited with code [139]", "dumped core", "exited with code 139", "exit code 139", "exitCode=139", "via signal [SIGSEGV]", "via signal [SIGABRT]", "exit status 139", "exit code 134", "exitCode=134"]),
    row(Sign::UnitFailed, Subject::Unit, MANAGER, &["Main process exited, code=exited, status=", "Failed with result 'exit-code'", "Failed with result 'watchdog'",
        "Watchdog timeout (limit",
        "process is not running", "Liveness probe failed", "failed liveness probe", "Probe failed…Liveness", "respawned too many times", "respawning too fast", "terminated unexpectedly", "has crashed", "too many restarts", "Start request repeated too quickly", "; not expected)", "entered FATAL state", "Failed with result 'core-dump'", "exited with code [1", "exited with code [2", "exited with code 1", "exited with code 2", "Back-off restarting failed container", "CrashLoopBackOff",
    ]),
    row(Sign::UnitStopping, Subject::Unit, MANAGER, &[": Stopping ", "Stopping ", "stopped: …(terminated by SIGTERM", "waiting for …to stop", "Stopping app:", "] will restart in", "exited with code [143]", "exited with code 143", "exitCode=143", "exit code 143", "container stop", "Container …Stopping", "Stopping container",
        "' stop: '", "' restart: '", "Killing container with a grace period", "Gracefully stopping container", "Preempting", "TaintManagerEviction", "Killing container", "reason=\"Killing\"", "terminated by supervisor", "reason=\"ScalingReplicaSet\"…Scaled down"]),
    row(Sign::UnitStarted, Subject::Unit, MANAGER, &["Started ", "success: …entered RUNNING state"]),
    row(Sign::PackageUpgrade, Subject::Unit, &[F::Other, F::App, F::System], &[" upgrade …:amd64 ", " upgrade …:all ", " upgrade …:arm64 "]),
    // The service manager's own limit of time for what it runs, and that of Kubernetes for a job.
    row(Sign::TaskHardLimit, Subject::Tasks, MANAGER, &["Service reached runtime time limit",
        "Service runtime limit reached", "DeadlineExceeded", "longer than specified deadline", "Scope reached runtime time limit"]),
    // The machine.
    row(Sign::ShutdownBegan, Subject::Machine, MANAGER, &[
        "System is rebooting", "System is powering down", "System is powering off", "The system will reboot now", "The system will power off now",
        "Reached target reboot.target", "Reached target poweroff.target", "Reached target Reboot", "Reached target Power-Off", "Reached target Shutdown",
        "Reached target shutdown.target", "Reached target System Reboot", "Reached target System Power Off", "Shutting down.",
        "Power key pressed", "shutting down for system reboot", "shutting down for system halt", "Rebooting system", "Powering off.", "Rebooting.", "Received SIGINT…ctrl-alt-del", "guest-shutdown called",
    ]),
    // Uninterruptible power supplies, and the updates that reboot by themselves.
    row(Sign::ShutdownBegan, Subject::Machine, &[F::System, F::Other], &["Initiating system shutdown!", "shutting down for system reboot", "shutting down for system halt", "shutting down for reboot", "Executing automatic power-fail shutdown", "Auto logout and shutdown proceeding", "Rebooting the system", "reboot: Restarting system", "reboot: Power down"]),
    row(Sign::PowerFailed, Subject::Machine, ANYBODY, &["Power failure.", "Battery charge below low limit", "Running on UPS batteries", "Battery power exhausted", "Reached run time limit on batteries", "Remaining battery percentage below limit", " is on battery", "@localhost on battery", "battery is low"]),
    row(Sign::PowerBack, Subject::Machine, ANYBODY, &["Power is back", "Mains returned", "on line power", "UPS running on mains"]),
    row(Sign::ShutdownBegan, Subject::Machine, KERNEL, &["reboot: Restarting system", "reboot: Power down", "Kernel panic - not syncing"]),
    row(Sign::BootBegan, Subject::Machine, KERNEL, &["Linux version ", "Booting Linux on physical CPU",
        "Command line: BOOT_IMAGE", "Command line: root=", "Trying to mount root from "]),
    row(Sign::UncleanEnd, Subject::Machine, KERNEL, &["was not properly dismounted",
        "EXT4-fs …recovery complete", "EXT4-fs …orphan cleanup", "XFS …Starting recovery", "was not properly unmounted", "Volume was not properly unmounted",
    ]),
    row(Sign::UncleanEnd, Subject::Machine, MANAGER, &["corrupted or uncleanly shut down"]),
    // Who signs requests by the time is told so: AWS.
    row(Sign::ClockStep, Subject::Machine, PROGRAMS, &["Signature expired: …is now earlier than", "Signature not yet current", "RequestTimeTooSkewed", "difference between the request time and the current time is too large"]),
    row(Sign::ClockStep, Subject::Machine, MANAGER, &[
        "System clock was stepped by", "Time has been changed", "System clock time unset or jumped backwards",
        "time stepped by", "time reset ", "Forward time jump detected", "Backward time jump detected", "clock jumped", "System clock wrong by",
    ]),
    row(Sign::ClockStep, Subject::Machine, &[F::Other, F::Kernel], &["System clock was stepped by", "time stepped by", " clock_step +", " clock_step -", "step time server ", "setting time to …(offset", "Changed local time to", "System clock was set", "clock was changed"]),
    row(Sign::LinesLost, Subject::Machine, ANYBODY, &["Suppressed …messages from", "messages lost due to rate-limiting", "begin to drop messages due to rate-limiting"]),
    row(Sign::LogsRotated, Subject::Machine, MANAGER, &["logrotate.service: Deactivated successfully", "logrotate.service: Succeeded"]),
    // The network.
    row(Sign::DnsFailure, Subject::Network, ANYBODY, &[
        "Temporary failure in name resolution", "Échec temporaire dans la résolution du nom", "Host not found, try again",
        "Name service error for …try again", "could not be resolved (110", "EAI_AGAIN",
        "server misbehaving", "lookup …on …i/o timeout", "host lookup did not complete", "SERVFAIL", "php_network_getaddresses: getaddrinfo failed", "Could not resolve host", "getaddrinfo failed", "System.Net.Dns", "Resource temporarily unavailable…Dns", "DNS server returned", "queryA ETIMEOUT",
        "lookup …: i/o timeout", "lookup …:53: …connection refused", "dns lookup timed out", "curl error 6:", "curl: (6)", "Temporary DNS error", "name resolution timed out", "couldn't resolve host", "failed to resolve host", "unable to resolve host", "EAI_FAIL", "WSATRY_AGAIN", "[Errno -3]", "(11002)", "cannot locate host", "queryA ESERVFAIL", "ESERVFAIL", "ETIMEOUT query", "dns timeout", "resolver timeout", "host name lookup failure", "stub or forward servers failed", "Resolving timed out after", "DNSSEC validation failed", "dns error: failed to lookup address information: Temporary",
        "no servers could be reached", "Name resolution failure", "could not resolve host name", "DNS lookup failed", "dns resolution failed", "DNS request timed out",
    ]),
    row(Sign::DnsUnknownName, Subject::Network, ANYBODY, &["Name or service not known", "Nom ou service inconnu", "Name service error for …not found", "host not found in upstream",
        "ENOTFOUND", "no such host", "NXDOMAIN", "UnknownHostException", "nodename nor servname provided", ":nxdomain", "No such host is known", "dns error: failed to lookup", "Unknown host",
        "WSAHOST_NOT_FOUND", "[Errno -2]", "(11001)", "EAI_NONAME", "Unbekannter Rechnername", "hostname could not be resolved", "Non-existent domain", "No address associated with hostname",
    ]),
    row(Sign::NetworkUnreachable, Subject::Network, ANYBODY, &[
        "Network is unreachable", "Le réseau n'est pas accessible", "No route to host", "Aucun chemin d'accès pour atteindre",
        "ENETUNREACH", "EHOSTUNREACH", "Network is down", "ENETDOWN",
        "os error 101", "errno 101]", "os error 113", "errno 113]", "(10051)", "(10065)", "NetworkUnreachable", "HostUnreachable", "EHOSTDOWN",
    ]),
    row(Sign::NetworkUnreachable, Subject::Network, &[F::Kernel, F::System, F::Other], &["nf_conntrack: table full", "DHCP lease lost", "DHCPv4 lease lost", "No DHCPOFFERS received"]),
    row(Sign::LinkDown, Subject::Network, &[F::Kernel, F::System], &["Link is Down", "Lost carrier", ": link down", "carrier: link connected -> …disconnected", "link is not ready",
        "state change: activated -> unavailable", "state change: activated -> failed", "carrier is OFF", "carrier now OFF", "link status definitely down", "NETDEV WATCHDOG: ", ": Link DOWN", "link disconnected",
    ]),
    row(Sign::LinkUp, Subject::Network, &[F::Kernel, F::System], &["Link is Up", "Gained carrier", ": link becomes ready"]),
    row(Sign::PortsExhausted, Subject::Network, ANYBODY, &["Cannot assign requested address", "Ne peut attribuer l'adresse demandée",
        "EADDRNOTAVAIL",
        "ephemeral port", "no free local ports", "out of local ports", "os error 99", "errno 99]", "Only one usage of each socket address",
    ]),
    row(Sign::TooManyFiles, Subject::Network, ANYBODY, &["Too many open files", "Trop de fichiers ouverts",
        "EMFILE",
        "too many open sockets", "file descriptor limit", "file descriptors exhausted", "out of file descriptors", "os error 24", "Zu viele offene Dateien", "No file descriptors available", "ENFILE", "(24: Too many", "Trop de descripteurs",
    ]),
    // Celery 3 to 5, kombu.
    // The word for the hard limit is within that for the soft one.
    row(Sign::TaskSoftLimit, Subject::Tasks, TASKS, &["Soft time limit (…exceeded for", "SoftTimeLimitExceeded"]),
    row(Sign::TaskHardLimit, Subject::Tasks, TASKS, &[
        "Hard time limit (…exceeded for", "TimeLimitExceeded(",
        // RQ, dramatiq, huey, arq.
        "Task exceeded maximum timeout value", "dramatiq…TimeLimitExceeded", "huey.exceptions.TaskTimeout", "arq…TimeoutError",
        "has been attempted too many times or run too long", "exceeded the timeout of …seconds", "ProcessTimedOutException", "execution expired (Timeout::Error)",
        "] has timed out.", "App\\Jobs\\…has timed out", "TimeoutExceededException",
        "has been attempted too many times", "Worker stopped due to time limit", "Job exceeded timeout", "exceeded the timeout", "exceeded its timeout", "job has timed out", "execution time limit", "exceeded maximum execution", "maximum run time", "JobTimeout", "TaskTimeoutError", "time limit reached", "time limit exceeded", "Time limit exceeded. Raising exception in worker thread", "MaxAttemptsExceededException", "TaskTimeout", "job timed out", "ActivityTimeout", "Delayed::WorkerTimeout", "Delayed::Worker.max_run_time", "reincarnated worker …after timeout", "Oban.TimeoutError", "task timed out", "run time limit exceeded", "exceeded its maximum run time", "max_run_time",
        "timeout: sending signal TERM to command", "sent TERM to command…timeout",
    ]),
    row(Sign::ProcessCrashed, Subject::Tasks, TASKS, &["exited with 'signal 11 (SIGSEGV)'", "Worker exited prematurely: signal 11"]),
    row(Sign::TaskWorkerLost, Subject::Tasks, TASKS, &["WorkerLostError", "exited with 'signal 9 (SIGKILL)'",
        "Work-horse …terminated unexpectedly",
        "was considered dead", "Missing lock for job", "could not renew lock for job", "Resque::DirtyExit", "DirtyExit", "Child process received unhandled signal", "PruneDeadWorker", "GoodJob::InterruptError", "ProcessPrunedError", "ProcessExitError", "job was orphaned", "orphaned job", "lost lock on job", "visibility timeout expired", "receipt handle has expired", "lost heartbeat", "missed heartbeat from worker", "job stalled more than allowable limit", "Worker exited prematurely: exitcode 137", "Work-horse terminated unexpectedly", "Work-horse process was terminated unexpectedly", "worker was lost", "missing heartbeat …job",
    ]),
    row(Sign::BrokerLost, Subject::Tasks, TASKS, &["Connection to broker lost",
        "AMQPHeartbeatTimeout", "ConnectionClosedByBroker", "ChannelClosedByBroker", "broker forced connection closure", "missed heartbeats from", "broker is not available", "broker not available", "no broker available", "lost connection to broker", "Redis server went away", "MASTERDOWN", "group coordinator is not available", "consumer: Cannot connect to", "kombu.exceptions.OperationalError", "redis.exceptions.ConnectionError",
        "redis.exceptions.TimeoutError", "redis.exceptions.BusyLoadingError", "amqp.exceptions.ConnectionForced", "amqp.exceptions.RecoverableConnectionError",
        "CONNECTION_FORCED", "delivery acknowledgement on channel", "Unrecoverable error: PreconditionFailed",
        "Error 111 connecting to", "ECONNREFUSED…:6379", "ECONNREFUSED…:5672", "MaxRetriesPerRequestError", "LOADING Redis is loading", "MISCONF Redis is configured", "OOM command not allowed when used memory", "READONLY You can't write against a read only", "pika.exceptions.AMQPConnectionError", "CLUSTERDOWN", "memory resource limit alarm set",
        "Broker may not be available", "brokers are down", "Error connecting to Redis", "NOAUTH Authentication required", "WRONGPASS invalid", "nats: no servers available", "Could not connect to broker", "Connection blocked: low on", "connection.blocked",
        "socket closed unexpectedly…redis", "Max retries per request",
    ]),
    // What brokers themselves say: Redis and RabbitMQ are stopped, or refuse.
    row(Sign::BrokerLost, Subject::Tasks, &[F::Database, F::App, F::Other, F::System], &[
        "Redis is now ready to exit", "User requested shutdown", "scheduling shutdown...", "RabbitMQ is asked to stop", "Stopping RabbitMQ", "Publishers will be blocked", "resource limit alarm set on node",
    ]),
    row(Sign::BrokerLost, Subject::Tasks, MANAGER, &[
        "Stopping redis", "Stopping Advanced key-value store", "Stopping Apache Kafka", "Stopping beanstalkd", "Stopping NATS", "Stopping ActiveMQ", "redis-server.service: Main process exited",
        "redis.service: Main process exited", "rabbitmq-server.service: Main process exited", "redis-server.service: Failed with", "rabbitmq-server.service: Failed with", "kafka.service: Main process exited",
    ]),
    row(Sign::ServerStopping, Subject::Tasks, TASKS, &["Warm shutdown (", "Cold shutdown (", "Warm shut down requested", "Cold shut down", "Terminating quiet threads", "Pausing to allow jobs to finish",
        "jobs back to Redis", "Stopping all workers", "SIGTERM received",
        "Received shutdown signal", "Received signal SIGTERM", "received signal terminated", "got signal terminated", "Got signal 15", "KeyboardInterrupt", "Got SIGINT", "received SIGINT", "SIGINT received", "received SIGQUIT", "Got SIGTERM", "interrupted by user", "exiting, bye-bye!", "Gracefully stopping", "=== puma shutdown", "Stopping service [Tomcat]", "Pausing ProtocolHandler", "AH00169: caught SIGTERM", "received a termination signal", "stop signal received", "termination requested", "received SIGTERM", "received signal 15", "caught SIGTERM", "got SIGTERM", "signal: terminated", "signal=terminated", "SignalException: SIGTERM",
        "Commencing graceful shutdown", "Application is shutting down", "shutting down gracefully", "graceful shutdown", "Worker process is stopping", "Shutting down worker",
    ]),
    row(Sign::ServerStopping, Subject::Tasks, &[F::Tasks], &["INFO: Shutting down", "Shutting down"]),
    row(Sign::BrokerRestored, Subject::Tasks, &[F::Tasks], &["Connected to redis", "Connected to amqp"]),
    row(Sign::TaskEnded, Subject::Tasks, &[F::Tasks], &["] succeeded in "]),
];

/// What would be taken for another thing.
pub(super) const NOT: &[(Sign, &str)] = &[
    // It asks once more in another way, as it does all day.
    (Sign::DnsFailure, "mitigating potential DNS violation"),
    (Sign::MemoryError, "killed process"),
    (Sign::MemoryError, "perhaps out of memory"),
    (Sign::MemoryError, "kill process"),
    (Sign::ReadOnly, "to read-only mode"),
    (Sign::TaskHardLimit, "query"),
    (Sign::TaskHardLimit, "statement"),
    (Sign::PortsExhausted, "bind() to"),
    (Sign::TooManyFiles, "inotify"),
    (Sign::ShutdownBegan, "Shutting down: Master"),
    (Sign::DbConnections, "smtp"),
    // One host that cannot be reached is no network that is gone.
    (Sign::NetworkUnreachable, "connection to server"),
    // Interfaces of containers and tunnels come and go.
    (Sign::LinkDown, "veth"),
    (Sign::LinkDown, "docker0"),
    (Sign::LinkDown, "br-"),
    (Sign::LinkDown, "virbr"),
    (Sign::LinkDown, "vnet"),
    (Sign::LinkDown, "cali"),
    (Sign::LinkDown, "cni0"),
    (Sign::LinkDown, "flannel"),
    (Sign::LinkDown, "tap0"),
    (Sign::LinkDown, "tun0"),
    (Sign::LinkDown, "podman"),
    (Sign::LinkDown, "lxc"),
    // A hint of what may be the matter.
    (Sign::QuotaExceeded, "or a disk quota exceeded"),
    // Where somebody stops it, it refuses what comes then.
    (Sign::PoolExhausted, "[shutting down,"),
    (Sign::PoolExhausted, "[terminated,"),
    (Sign::Misconfigured, "no configuration error"),
    (Sign::Misconfigured, " 0 configuration error"),
    (Sign::Misconfigured, "without configuration error"),
    (Sign::ShutdownBegan, "systemd-reboot.service: deactivated"),
    (Sign::DbStatementTimeout, "statement timeout set to"),
    (Sign::DbStatementTimeout, "set statement timeout"),
    (Sign::DbStatementTimeout, "statement timeout is"),
    (Sign::DbLockTimeout, "lock timeout set to"),
    (Sign::IoError, "fd0"),
    (Sign::IoError, "loop"),
    (Sign::IoError, "sr0"),
];
