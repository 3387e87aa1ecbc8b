"""ヒヤリハット・事故報告: what happened or nearly did, open until a manager has written down what came of it."""
