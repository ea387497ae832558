### Releases, feedback, attachments, and what was not kept.

releases-title = Releases
releases-lead = Every version of an application: its stability, its adoption, and the issues it introduced.
releases-period = Sessions of
releases-month = Last 30 days
releases-none = No releases yet
releases-none-help = Set release in the SDK of your application, or announce one with sentry-cli releases new.
releases-adoption = Adoption
releases-sessions = Sessions
releases-crash-free-sessions = Crash-free sessions
releases-crash-free-users = Crash-free users
releases-new-issues = New issues
releases-deployed = Last deploy
releases-released = released { $time }
releases-help = Sessions, adoption and crash-free rates are those of the selected period. Events and new issues are counted since the release was first seen.
release-first-seen = First seen { $time }
release-released = Released { $time }
release-last-event = Last event { $time }
release-crashed-n = { $n ->
    [one] { $shown } crash
   *[other] { $shown } crashes
}
release-errored-n = { $n ->
    [one] { $shown } session with errors
   *[other] { $shown } sessions with errors
}
release-users-n = { $n ->
    [one] { $shown } user
   *[other] { $shown } users
}
release-no-sessions = No sessions in the selected period. Web and mobile SDKs send them automatically; server SDKs send them with auto_session_tracking.
release-deploys = Deploys
release-no-deploys = No deploys. Record one with sentry-cli deploys new.
release-deploy-name = Name
release-deploy-at = Date
release-commits = Commits
release-no-commits = No commits. Add them with sentry-cli releases set-commits.
release-commit = Commit
release-commit-author = Author
release-commit-at = Date
release-source-maps = Source maps
release-no-source-maps = No source maps. Upload them with sentry-cli sourcemaps upload.
release-files-n = { $n ->
    [one] { $shown } file
   *[other] { $shown } files
}

feedback-title = Feedback
feedback-lead = What the people who use your applications report.
feedback-none = No feedback yet
feedback-none-help = Add the feedback widget of the SDK to your application, and what people write appears here.
issue-feedback = Feedback

event-attachments = Attachments
event-attachments-help = Kept for 30 days. Secrets in files are not removed.
event-download = Download

project-dropped-who = Where
dropped-by-client = In the application
dropped-by-server = By Vigie
dropped-ratelimit-backoff = Waited after a rate limit
dropped-network-error = Network error
dropped-send-error = Refused by the server
dropped-sample-rate = Not sampled
dropped-before-send = Filtered by the application
dropped-event-processor = Filtered by the SDK
dropped-queue-overflow = Queue full
dropped-cache-overflow = Cache full
dropped-buffer-overflow = Buffer full
dropped-backpressure = SDK overloaded
dropped-insufficient-data = Incomplete
dropped-internal-sdk-error = Error in the SDK
dropped-other = Other
