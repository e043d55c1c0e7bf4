"""One table: Web API method × error code → what it means, what a person reads, and what is done."""
