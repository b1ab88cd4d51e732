"""Event logs as files: what other systems and process-mining tools export, read into events."""
