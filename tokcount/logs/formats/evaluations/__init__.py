"""Evaluation frameworks: logs and results that hold the calls an evaluation made."""
