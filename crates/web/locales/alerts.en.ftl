### Alerts: what is wrong now, rules, channels.

alerts-title = Alerts
alerts-lead = What is wrong now, and past alerts. Rules raise alerts, channels send them to people.
alerts-now = Alerts
alerts-rules = Rules
alerts-channels = Channels
alerts-firing = Firing now
alerts-none = Nothing is wrong
alerts-history = History
alerts-history-none = No alert has ended yet
alerts-no-channel = Alerts appear here and on Today. Add a channel to receive them by email, Slack or another service.
alert-what = Alert
alert-severity = Severity
alert-since = Since
alert-until = Until
alert-lasted = Duration
alert-facts = Details
alert-rule = Rule
alert-rule-deleted = Deleted rule
alert-open = Open related page
alert-acknowledge = Acknowledge
alert-acknowledged = Acknowledged
alert-acknowledged-by = { $name }, { $ago }
alert-times = { $n ->
    [one] { $shown } time
   *[other] { $shown } times
}
alert-pending = Pending
alert-firing = Firing
alert-resolved = Resolved
alert-expired = Ended
alert-messages = Messages
alert-messages-none = No message was sent: no channel takes this alert, or it is silenced
alert-channel = Channel
alert-said = Message
alert-when = Time
alert-said-acknowledged = Acknowledged. No further messages are sent unless it happens again.
alert-said-silenced = Silenced. Messages are sent again when the silence ends.
said-firing = Alert
said-more = Further occurrences
said-escalated = Escalation
said-resolved = Resolved
message-sent = Sent
message-waiting = Waiting
message-retried = Retrying
message-given-up = Not delivered
severity-info = Info
severity-warning = Warning
severity-critical = Critical

silences-title = Silences
silence-title = Silence this alert
silence-lead = No messages are sent for a while. The alert still shows here.
silence-for = Duration
silence-reason = Reason
silence-do = Silence
silence-end = End silence
silence-until = until { $time }, by { $name }
silence-everything = All alerts
silence-hour = 1 hour
silence-four-hours = 4 hours
silence-day = 1 day
silence-week = 1 week

channels-lead = Where alerts are sent.
channels-none = No channels
channels-none-help = Add one to receive alerts by email, Slack or another service.
channels-add = Add a channel
channel-email = Email
channel-slack = Slack
channel-discord = Discord
channel-teams = Microsoft Teams
channel-telegram = Telegram
channel-ntfy = ntfy
channel-webhook = Webhook
channel-new = New channel: { $type }
channel-name = Name
channel-type = Type
channel-deleted = Deleted channel
channel-named-only = Only for rules that select it
channel-failing = Failing, { $ago }
channel-works = Last message { $ago }
channel-unused = No message yet
channel-test = Send a test
channel-delete = Delete
channel-delete-title = Delete the channel { $name }?
channel-delete-help = Messages that are waiting for this channel are not sent.
channel-create = Add channel
channel-account = Sending account
channel-account-none = There is no sending account yet.
channel-from = Sender address
channel-to = Recipients
channel-to-hint = One address per line.
channel-url = Webhook URL
channel-url-slack = In Slack: Apps, Incoming Webhooks, Add to Slack.
channel-url-discord = In Discord: Channel settings, Integrations, Webhooks.
channel-url-teams = In Teams: Workflows, “Post to a channel when a webhook request is received”.
channel-url-webhook = Receives a signed JSON request for each message (Standard Webhooks).
channel-server = Server
channel-server-telegram = Leave empty for api.telegram.org.
channel-server-ntfy = Leave empty for ntfy.sh.
channel-token = Token
channel-token-telegram = The bot token from BotFather.
channel-token-ntfy = Only for protected topics.
channel-key = Signing key
channel-key-hint = Begins with whsec_. Leave empty to have one created.
channel-kept = Saved: leave empty to keep it
channel-chat = Chat ID
channel-chat-hint = A number, or @name for a public channel.
channel-topic = Topic
channel-topic-hint = Letters, digits, - and _. Anyone who knows the topic can read it.
channel-language = Language
channel-fallback = Fallback channel
channel-no-fallback = None
channel-takes-all = Receives every alert whose rule selects no channel
channel-said-created = Channel { $name } added.
channel-said-saved = The channel { $name } was saved.
channel-said-deleted = The channel { $name } was deleted.
channel-said-told = A test was sent to { $name }.
channel-said-not-told = The test was not delivered to { $name }: { $why }
channel-bad-name = Enter a name of up to 100 characters
channel-name-taken = This name is taken, or there are too many channels
channel-bad-account = Select a sending account
channel-bad-from = Enter an email address
channel-bad-to = Enter up to 50 email addresses, one per line
channel-bad-url = Enter a URL that begins with https://
channel-bad-topic = Enter up to 64 letters, digits, - and _
channel-bad-chat = Enter the ID of a chat
channel-bad-token = Enter a valid token

rules-lead = What raises an alert. Vigie comes with a first set: change it, turn rules off or add your own.
rules-add = Add a rule
rule-name = Rule
rule-own-name = Name
rule-all-channels = All channels
rule-on = On
rule-off = Off
rule-turn-on = Turn on
rule-turn-off = Turn off
rule-delete = Delete rule
rule-query = Search
rule-query-sure = To keep the search as it is, save again.
rule-query-hint = Search syntax
rule-within = Time window (minutes)
rule-at-least = Minimum number of items
rule-for = Lasting at least (minutes)
rule-throttle = Minutes between messages
rule-channels = Channels
rule-channels-hint = If none is selected, all channels that receive every alert are used.
rule-nobody = No escalation
rule-escalate-after = Escalate after (minutes)
rule-escalate-to = Escalate to
alert-create = Create alert
rule-said-created = Rule created.
rule-preview = Preview
rule-bad-name = Enter a name of up to 100 characters
rule-bad-time = Enter a number of minutes, up to one day
rule-bad-query = Enter a search
rule-too-many = There are too many rules: delete one first
preview-fired = { $n ->
    [0] Would not have fired in the last 7 days.
    [one] Would have fired once in the last 7 days.
   *[other] Would have fired { $shown } times in the last 7 days.
}
preview-messages = { $n ->
    [0] No messages.
    [one] { $shown } message to each channel.
   *[other] { $shown } messages to each channel.
}
problem-no-alert = there is no alert { $id }
problem-no-channel = there is no channel { $name }
problem-no-rule = there is no rule { $name }
today-alerts = { $n ->
    [one] { $shown } alert is not acknowledged: { $names }
   *[other] { $shown } alerts are not acknowledged: { $names }
}
today-alerts-open = View alerts
