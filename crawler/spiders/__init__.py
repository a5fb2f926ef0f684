"""One module per source, or per way of reading several; each lists, asks for details and yields records."""

from importlib import import_module

from crawler.source import TenderSpider


def spider_of(source: str) -> type[TenderSpider]:
    """The spider of a source: the one subclass of TenderSpider that the module bearing its name defines."""
    module = import_module(f"crawler.spiders.{source}")
    [found] = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, TenderSpider) and value.__module__ == module.__name__
    ]
    return found
