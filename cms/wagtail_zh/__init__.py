"""Chinese for the texts of Wagtail that Wagtail itself has not translated yet (pinned version)."""
