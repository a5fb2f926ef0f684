"""The crawler fetches what is on its list, and nothing else."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from scrapy.http import Request, Response
from twisted.internet.error import DNSLookupError

from crawler.guard import GuardResolver, NotOnTheList, SsrfGuard, is_allowed, retry_after

HOSTS = ["www.simap.ch"]
REAL = "https://www.simap.ch/api"
LOCAL = "http://127.0.0.1:8765/simap/api"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.simap.ch/api",
        "https://www.simap.ch:8443/api",
        "https://evil.example/api",
        "https://www.simap.ch.evil.example/",
        "https://www.simap.ch@evil.example/",
        "https://user:secret@www.simap.ch/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "file:///etc/passwd",
        "data:text/plain,x",
        "ftp://www.simap.ch/",
        "https://www.simap.ch:99999/",
        "https://[broken/",
    ],
)
def test_an_address_off_the_list_is_refused(url: str) -> None:
    assert not is_allowed(url, hosts=HOSTS, base_url=REAL)


@pytest.mark.parametrize("url", [REAL, "https://www.simap.ch:443/api", "https://www.simap.ch/robots.txt"])
def test_the_source_itself_is_fetched(url: str) -> None:
    assert is_allowed(url, hosts=HOSTS, base_url=REAL)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (f"{LOCAL}/cantons/v1", True),
        ("http://127.0.0.1:8766/simap/api", False),
        ("http://localhost:8765/simap/api", False),
        ("https://127.0.0.1:8765/simap/api", False),
        ("https://www.simap.ch/api", False),
    ],
)
def test_this_machine_is_fetched_only_where_a_setting_names_it(url: str, allowed: bool) -> None:
    assert is_allowed(url, hosts=HOSTS, base_url=LOCAL) is allowed


def test_the_guard_refuses_before_a_socket_is_opened() -> None:
    guard = SsrfGuard(HOSTS, REAL)

    guard.process_request(Request(REAL))
    with pytest.raises(NotOnTheList):
        guard.process_request(Request("https://evil.example/"))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"],  # noqa: S104
)
def test_a_name_that_leads_home_is_refused(address: str) -> None:
    resolver = GuardResolver.__new__(GuardResolver)

    with pytest.raises(DNSLookupError):
        resolver._checked(address, "www.simap.ch")


def test_a_name_on_the_open_internet_is_taken() -> None:
    resolver = GuardResolver.__new__(GuardResolver)

    assert resolver._checked("93.184.216.34", "www.simap.ch") == "93.184.216.34"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0),
        ("100000", 300.0),
        ("Tue, 24 Nov 2026 09:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 08:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("Tue, 24 Nov 99999999999 09:00:00 GMT", 0.0),
        ("9" * 5000, 300.0),
        ("", 0.0),
    ],
)
def test_the_source_says_how_long_to_wait(value: str, seconds: float) -> None:
    answer = Response("https://www.simap.ch/", status=503, headers={"Retry-After": value})

    assert retry_after(answer, NOW) == seconds


def test_a_large_parent_does_not_make_a_run_too_large() -> None:
    # A child's record begins with what its parent held: what counts is what it holds itself.
    held = bytearray(400 * 2**20)
    child = (
        "from scrapy.utils.test import get_crawler; from crawler.guard import MemoryNow; "
        "print(MemoryNow(get_crawler(settings_dict={'MEMUSAGE_ENABLED': True})).get_virtual_size())"
    )

    said = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True)

    assert 2**20 < int(said.stdout) < len(held) * 3 // 4
