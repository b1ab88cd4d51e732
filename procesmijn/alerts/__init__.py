"""Tells people what needs them: in words, in a chat, by mail, or into a topic."""
