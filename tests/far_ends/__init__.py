"""Far ends of channels: what stands in for a mail server or a provider. The one thing tests replace."""
