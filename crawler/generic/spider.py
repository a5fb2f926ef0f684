"""What the spiders share whose list holds the notices themselves."""

from collections.abc import Iterator

from crawler.source import Item, TenderSpider


class EntrySpider(TenderSpider):
    """Base of spiders whose list may change a notice in place: what is stored is read again and compared."""

    def hand_over(self, key: str, item: Item) -> Iterator[Item]:
        """Count an entry of the list once and hand it over; the store says whether it is new or changed."""
        if key in self.met:
            return
        self.met.add(key)
        self.tally.listed += 1
        yield item
