"""Pages of programs: of one person, templates, a day in the editor, what a client takes home."""
