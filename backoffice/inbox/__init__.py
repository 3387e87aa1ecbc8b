"""The inbox: what people write to the gym, who answers, and what is answered by hand."""
