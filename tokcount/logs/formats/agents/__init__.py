"""Coding agents and agent frameworks: sessions, trajectories and events that hold calls to models."""
