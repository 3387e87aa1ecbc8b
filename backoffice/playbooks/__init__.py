"""Playbooks (自動フォロー): who enters, which steps follow at what distance, and when it stops."""
