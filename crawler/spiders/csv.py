"""Tables of tenders in CSV: they come in files alone (`aimp import`), there is nothing to fetch."""

from collections.abc import Iterator
from typing import Any

from scrapy.http import Request

from config.readers import CsvForm
from config.settings import BadConfiguration
from crawler.generic.spider import EntrySpider
from crawler.generic.table import read_row
from procurement.records import NoticeRecord


class CsvSpider(EntrySpider):
    """The rows of tables, each a notice that a later table may change."""

    source = "csv"

    def __init__(self, **kwargs: Any) -> None:
        """Take the form of the tables."""
        super().__init__(**kwargs)
        if self.form.csv is None:
            raise BadConfiguration(f"{self.form.key}: the reader csv needs the table [source.csv]")
        self.csv: CsvForm = self.form.csv

    def listing(self) -> Iterator[Request]:
        """Nothing: such a source has no address."""
        return iter(())

    def read(self, payload: bytes, *, url: str) -> NoticeRecord:
        """One row."""
        return read_row(
            payload,
            self.csv,
            source=self.form.key,
            homepage=self.form.homepage,
            fetched_from=url,
            today=self.until,
        )
