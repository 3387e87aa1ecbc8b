"""PDF pages in Japanese and English: `Sheet` draws them, `breaking` says where a line may end."""
