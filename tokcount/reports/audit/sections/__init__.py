"""The sections of an audit for people: each turns a part of the report into blocks."""
