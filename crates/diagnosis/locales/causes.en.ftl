name-worker-timeout = application timeout
cause-worker-timeout = The application server stopped the process that was sending: the request lasted longer than it allows.
remedy-worker-timeout = Send in the background (a Vigie job, a Celery task) rather than within a request. Until then, raise the timeout of gunicorn or uWSGI, and that of the proxy in front of it.
check-worker-timeout = grep -rnE 'timeout|GUNICORN_CMD_ARGS|harakiri' /etc/systemd/system

name-gateway-timeout = proxy timeout
cause-gateway-timeout = The web server gave up waiting for the application. The application may have gone on sending.
remedy-gateway-timeout = Send in the background rather than within a request. Until then, raise the proxy’s read timeout.
check-gateway-timeout = nginx -T | grep -n read_timeout

name-client-gone = browser disconnected
cause-client-gone = The browser, or a proxy in front of the server, closed the connection before the answer. The application may have gone on sending.
remedy-client-gone = Check what is still being sent before you resume. Send in the background, so that a closed page stops nothing.
check-client-gone = ps -eo pid,etime,cmd | grep -E 'gunicorn|uwsgi'

name-body-too-large = request too large
cause-body-too-large = The web server refused the request: it was larger than allowed.
remedy-body-too-large = Send smaller attachments, or raise client_max_body_size.
check-body-too-large = nginx -T | grep -n client_max_body_size

name-requests-limited = too many requests
cause-requests-limited = No worker or thread was free, or the server refused the request: more arrived than it accepts.
remedy-requests-limited = Wait, or raise the limit that the line above names.
check-requests-limited = nginx -T | grep -nE 'limit_req|limit_conn'

name-smtp-rate = sending rate limit
cause-smtp-rate = The mail server limited the sending rate.
remedy-smtp-rate = Wait, then send more slowly: smaller batches, longer pauses.
check-smtp-rate = vigie accounts limits --help

name-smtp-quota = sending quota
cause-smtp-quota = The sending quota of the account is used up.
remedy-smtp-quota = Wait until the quota is renewed, usually 24 hours, or use another sending account.
check-smtp-quota = vigie accounts limits --help

name-smtp-busy = mail server unavailable for now
cause-smtp-busy = The mail server answered with a temporary error.
remedy-smtp-busy = Wait, then retry. The program should retry automatically instead of stopping.
check-smtp-busy = grep -E '42[0-9]|45[0-9]' /var/log/mail.log | tail

name-smtp-auth = mail server login refused
cause-smtp-auth = The mail server refused the username or password.
remedy-smtp-auth = Check the password of the sending account, then test it before you resume.
check-smtp-auth = vigie accounts

name-smtp-certificate = invalid certificate
cause-smtp-certificate = The server’s certificate was not accepted.
remedy-smtp-certificate = Renew the certificate, or ask whoever runs the server to do so. Check this machine’s clock.
check-smtp-certificate = openssl s_client -connect SERVER:465 </dev/null | openssl x509 -noout -dates

name-smtp-refused = mail server refused the connection
cause-smtp-refused = The mail server refused the connection or the message.
remedy-smtp-refused = Check the server’s name and port, and that it is running.
check-smtp-refused = nc -vz SERVER 587

name-smtp-timeout = mail server does not answer
cause-smtp-timeout = The mail server did not answer in time.
remedy-smtp-timeout = Check the network and the server. Set a timeout for SMTP in the program.
check-smtp-timeout = nc -vz -w 5 SERVER 587

name-smtp-disconnected = connection to the mail server lost
cause-smtp-disconnected = The mail server closed the connection while a message was being sent.
remedy-smtp-disconnected = Check what became of the last message, then retry. Open a new connection from time to time.
check-smtp-disconnected = grep -E 'lost connection|timed out' /var/log/mail.log | tail

name-recipient-refused = address refused
cause-recipient-refused = A recipient’s address was refused, and the program did not continue with the next one.
remedy-recipient-refused = Correct or remove the address. One refused address should not stop the others.
check-recipient-refused = grep -E '55[0-9]' /var/log/mail.log | tail

name-dns = name resolution failed
cause-dns = Names of servers could not be resolved.
remedy-dns = Check /etc/resolv.conf and the name servers.
check-dns = resolvectl status

name-network = network down
cause-network = The network was unreachable.
remedy-network = Check the link and the route.
check-network = ip -br link; ip route

name-out-of-memory = out of memory
cause-out-of-memory = The kernel ended a process of the application because memory ran out.
remedy-out-of-memory = Use fewer workers or less memory per request, or raise the limit of the unit.
check-out-of-memory = journalctl -k | grep -iE 'oom|killed process'

name-memory-limit = memory limit of the process
cause-memory-limit = The program could not get the memory it asked for.
remedy-memory-limit = Raise the limit of the process, or use less memory.
check-memory-limit = systemctl show UNIT -p LimitAS -p MemoryMax

name-exception = unhandled error
cause-exception = The program ended with an error that it does not handle.
remedy-exception = Correct the error shown above. Handle errors for each recipient, so that one does not stop the others.
check-exception = journalctl -u UNIT | grep -A20 Traceback

name-misconfigured = setting or module missing
cause-misconfigured = The program could not start: a setting, a file or a module that it needs is missing or wrong.
remedy-misconfigured = Correct what the line above names, or go back to the version before, then start the program again.
check-misconfigured = systemctl show UNIT -p Environment -p EnvironmentFiles

name-db-connections = no free database connections
cause-db-connections = The database had no free connections.
remedy-db-connections = Use fewer connections (CONN_MAX_AGE, a pooler), or raise max_connections.
check-db-connections = psql -c 'select count(*) from pg_stat_activity'

name-db-locks = database locks
cause-db-locks = The database made the program wait for a lock that was not released.
remedy-db-locks = Find what held the lock. Keep transactions short.
check-db-locks = psql -c 'select pid, wait_event, query from pg_stat_activity where wait_event_type = $$Lock$$'

name-db-statement-timeout = query timeout
cause-db-statement-timeout = The database cancelled a query that took too long.
remedy-db-statement-timeout = Make the query faster (an index), or raise statement_timeout.
check-db-statement-timeout = psql -c 'show statement_timeout'

name-db-terminated = database connection terminated
cause-db-terminated = The database connection was terminated by an administrator.
remedy-db-terminated = Find who terminated it, then resume.
check-db-terminated = grep 57P01 /var/log/postgresql/*.log

name-db-restart = database restart
cause-db-restart = The database was stopped or restarted.
remedy-db-restart = Wait until it is back, then resume.
check-db-restart = systemctl status postgresql

name-db-crash = database crash
cause-db-crash = The database crashed and had to recover.
remedy-db-crash = Find out why: memory, disk. Resume once it is back.
check-db-crash = grep -E 'signal|PANIC|recovery' /var/log/postgresql/*.log

name-db-unreachable = database unreachable
cause-db-unreachable = The program could not reach the database.
remedy-db-unreachable = Check that the database is running and reachable.
check-db-unreachable = pg_isready

name-disk-full = disk full
cause-disk-full = The disk was full: no space, or no inodes, were left.
remedy-disk-full = Free space first, then resume.
check-disk-full = df -h; df -i

name-disk-quota = disk quota
cause-disk-quota = The disk quota of the user was exceeded.
remedy-disk-quota = Free space, or raise the quota.
check-disk-quota = quota -s

name-read-only = read-only file system
cause-read-only = The file system had become read-only, usually after a disk error.
remedy-read-only = Check the disk before anything else. Save the data.
check-read-only = dmesg | grep -iE 'ext4|xfs|i/o error'

name-restart = service restart
cause-restart = The service was stopped or restarted during the run.
remedy-restart = Deploy when nothing is being sent. Sending in the background survives a restart.
check-restart = journalctl -t systemd --since today | grep -E 'Stopp|Start'

name-reload = service reload
cause-reload = The application server was told to reload, which ended the process that was sending.
remedy-reload = Reload when nothing is being sent, or give workers more time to finish.
check-reload = journalctl | grep -i 'signal: hup'

name-stop-timeout = service did not stop in time
cause-stop-timeout = The service was asked to stop, did not in time, and was killed.
remedy-stop-timeout = Deploy when nothing is being sent, or raise TimeoutStopSec.
check-stop-timeout = systemctl show UNIT -p TimeoutStopUSec

name-killed = process killed
cause-killed = The process was killed by another program or a person: the kernel’s log does not mention memory.
remedy-killed = Find who sent the signal: a deployment, a script, a person.
check-killed = grep -E 'kill|sudo' /var/log/auth.log

name-crashed = service crash
cause-crashed = The service ended with an error.
remedy-crashed = Look at its last lines.
check-crashed = journalctl -u UNIT -n 50

name-reboot = reboot
cause-reboot = The machine was shut down or restarted.
remedy-reboot = Resume the run. Sending in the background continues after a restart.
check-reboot = last -x | head

name-power-loss = sudden restart
cause-power-loss = The machine restarted without having been shut down: power loss, crash or reset.
remedy-power-loss = Check the disk and the database, then what became of the last messages.
check-power-loss = journalctl --list-boots

name-file-descriptors = too many open files
cause-file-descriptors = The program had as many files and connections open as it may.
remedy-file-descriptors = Raise LimitNOFILE, and look for what is not closed.
check-file-descriptors = systemctl show UNIT -p LimitNOFILE

name-ports = no local ports left
cause-ports = No local ports were left for new connections.
remedy-ports = Keep connections open instead of one per message, or widen ip_local_port_range.
check-ports = ss -s; sysctl net.ipv4.ip_local_port_range

name-clock = clock change
cause-clock = The machine’s clock jumped. Timeouts then ended before their time.
remedy-clock = Correct the clock, and keep it in sync with NTP. Old versions of gunicorn treat a jump as a timeout.
check-clock = timedatectl

name-task-time-limit = task time limit
cause-task-time-limit = Celery stopped the task: it lasted longer than its hard time limit.
remedy-task-time-limit = Split the mailing into smaller tasks, or raise task_time_limit.
check-task-time-limit = grep -rn time_limit /srv /opt /etc 2>/dev/null

name-task-soft-time-limit = task soft time limit
cause-task-soft-time-limit = Celery interrupted the task: it lasted longer than its soft time limit.
remedy-task-soft-time-limit = Split the mailing into smaller tasks, or raise task_soft_time_limit.
check-task-soft-time-limit = grep -rn soft_time_limit /srv /opt /etc 2>/dev/null

name-broker-lost = message broker unreachable
cause-broker-lost = The connection to the message broker (Redis, RabbitMQ) was lost.
remedy-broker-lost = Restart the broker. Celery may run the task again automatically: check before you resume.
check-broker-lost = redis-cli ping

name-job-stopped-by-person = stopped by a person
cause-job-stopped-by-person = A person paused or cancelled the job.
remedy-job-stopped-by-person = Ask them why, then resume.
check-job-stopped-by-person = vigie jobs show last

name-job-daily-limit = daily limit
cause-job-daily-limit = The daily limit that is set for the sending account was reached. The job resumes automatically when the limit is renewed.
remedy-job-daily-limit = Wait, or raise the limit if the provider allows more.
check-job-daily-limit = vigie accounts

name-job-worker-lost = Vigie ended
cause-job-worker-lost = The process of Vigie that ran the job ended before it had recorded the last replies.
remedy-job-worker-lost = Find out what ended it: the system’s log says more. Check the unconfirmed items, then resume.
check-job-worker-lost = journalctl -u vigie -n 50

name-job-defect = internal error
cause-job-defect = The run ended because of an internal error of Vigie, and the job waits for a person.
remedy-job-defect = Resume the job. If it stops again, report the error with the lines of Vigie’s log.
check-job-defect = vigie logs search 'source:vigie level:error'

name-job-account = sending account unusable
cause-job-account = The sending account of the job is missing, or its password or key cannot be read.
remedy-job-account = Correct the account, test it, then resume.
check-job-account = vigie doctor

name-job-unprepared = preparation cut off
cause-job-unprepared = The job ended while it was being prepared: nothing was sent.
remedy-job-unprepared = Start it again.
check-job-unprepared = vigie jobs list

name-job-settings = settings refused
cause-job-settings = The job could not begin: its settings or its rights do not allow it.
remedy-job-settings = Correct what the line above names, then start it again.
check-job-settings = vigie jobs show last

name-job-reported = failure reported by the program
cause-job-reported = The program that does the work reported this failure itself.
remedy-job-reported = Look at the log of that program at this time.
check-job-reported = vigie jobs log last

name-target-failed = service called did not answer as expected
cause-target-failed = The service that is called refused, or did not answer.
remedy-target-failed = Check that service and its address, then retry what failed.
check-target-failed = curl -sI https://ADDRESS-OF-THE-SERVICE

name-command-failed = command failed
cause-command-failed = A command that the job runs ended with an error.
remedy-command-failed = Read what it wrote, correct it, then retry.
check-command-failed = vigie jobs log last

name-job-time-limit = time limit of the job
cause-job-time-limit = The command did not end within the time it is given, and was stopped.
remedy-job-time-limit = Give it more time, or less to do.
check-job-time-limit = vigie jobs show last
