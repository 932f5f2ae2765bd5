"""Chinese for the texts of Wagtail that Wagtail itself has not translated yet (pinned version), and better Chinese for
what Django says of forms and passwords, which every reader meets: its own is translated word by word."""
