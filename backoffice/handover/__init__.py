"""申し送り: what one shift tells the next, open until somebody has taken note of it."""
