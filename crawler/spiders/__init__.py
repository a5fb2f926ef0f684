"""One module per source; each lists, asks for details and yields records, and does nothing else."""

from importlib import import_module

from crawler.source import TenderSpider


def spider_of(source: str) -> type[TenderSpider]:
    """The spider of a source: the one subclass of TenderSpider in the module that bears its name."""
    module = import_module(f"crawler.spiders.{source}")
    found: type[TenderSpider] = next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, TenderSpider) and value is not TenderSpider
    )
    return found
