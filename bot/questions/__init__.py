"""Questions: what people ask the log, answered from its events and views."""
