"""CARE (休息・睡眠・食事): notes with an outcome, what a client tells us by link, and what stands out in it."""
