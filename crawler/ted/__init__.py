"""TED's notices: the search's answer, and the two families of XML, read into NoticeRecords."""
