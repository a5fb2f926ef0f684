"""Search over all tenders: what is indexed of each, how a question is read, and what it finds."""
