"""Models of the review app."""

from .checks import BuiltinRule, CheckRun, Finding, Rule, RulePack, RulePackVersion
from .decisions import CirculationChange, CommentAnchor, Decision, Seat
from .similar import Similarity, TextPrint
from .stages import Checklist, ChecklistVersion, ReReviewInterval, Route, StageState, StageTask

__all__ = [
    "BuiltinRule",
    "CheckRun",
    "Checklist",
    "ChecklistVersion",
    "CirculationChange",
    "CommentAnchor",
    "Decision",
    "Finding",
    "ReReviewInterval",
    "Route",
    "Rule",
    "RulePack",
    "RulePackVersion",
    "Seat",
    "Similarity",
    "StageState",
    "StageTask",
    "TextPrint",
]
