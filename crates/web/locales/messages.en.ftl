### Messages that programs hand over by SMTP.

message-no-subject = (no subject)
message-received = Received
message-attempts = { $n ->
    [0] not tried yet
    [one] { $shown } attempt
   *[other] { $shown } attempts
}
message-next = Next attempt:
message-raw = Download
message-release = Send now
message-envelope = Envelope
message-sender = Sender
message-no-sender = none: it is a notice
message-recipients = Recipients
message-content = Message
message-gone = The content was deleted some time after the message was sent. Who it went to, and when, is still known.
message-file = Unnamed file
message-headers = All headers
message-resend-title = Send again
message-resend-to = To other addresses
message-resend-help = Leave empty to send it to the same recipients. Separate several addresses with commas.
message-resend-bad = One of these is not an email address.
message-resend = Send again
message-said-resent = The message will be sent again.
message-said-released = The message will be sent now.
