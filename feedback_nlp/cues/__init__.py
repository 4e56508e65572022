"""What a text does: cues from data files, and the matcher that finds them."""

from feedback_nlp.cues.loading import FAMILIES, Cue, Rule, load_cues
from feedback_nlp.cues.matching import CueMatch, CueMatcher, merge_matches

__all__ = ["FAMILIES", "Cue", "CueMatch", "CueMatcher", "Rule", "load_cues", "merge_matches"]
