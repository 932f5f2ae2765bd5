"""Three-stage review on Wagtail workflows."""
