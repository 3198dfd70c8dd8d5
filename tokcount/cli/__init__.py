"""The command line: parse options, wire logs to reports to outputs, set exit codes."""
