"""OpenTelemetry spans and events, in every dialect."""
