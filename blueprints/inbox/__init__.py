"""The inbox: conversations, answers, and quick replies."""
