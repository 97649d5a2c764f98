"""The chat application: the documents, their normalized form, and what the application does with both."""
