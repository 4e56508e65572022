"""How valid, calibrated, fair and steady the scores are."""
