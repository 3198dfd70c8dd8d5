"""Batches of a data frame in, rows of counts out: what the interfaces for Arrow and the engines share."""
