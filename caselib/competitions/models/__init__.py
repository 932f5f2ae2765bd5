"""Models of the competitions app."""

from .awards import Award, Certificate
from .bidding import Bid, Commission, Milestone, Need
from .calls import AwardRule, Competition, CompositionRule, Quota, Round, Track
from .entries import BlackOut, Entry, EntryAttachment, Nomination
from .jury import Conflict, Judge, JuryAssignment
from .publicity import Objection, PublicityPeriod
from .rubrics import Criterion, Rubric
from .scores import Ballot, BallotCode, Result, Score, Standing

__all__ = [
    "Award",
    "AwardRule",
    "Ballot",
    "BallotCode",
    "Bid",
    "BlackOut",
    "Certificate",
    "Commission",
    "Competition",
    "CompositionRule",
    "Conflict",
    "Criterion",
    "Entry",
    "EntryAttachment",
    "Judge",
    "JuryAssignment",
    "Milestone",
    "Need",
    "Nomination",
    "Objection",
    "PublicityPeriod",
    "Quota",
    "Result",
    "Round",
    "Rubric",
    "Score",
    "Standing",
    "Track",
]
