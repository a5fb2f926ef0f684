"""A source cannot lead the crawler astray: no socket is opened but to the source itself."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from procurement.i18n import ZURICH
from tests.crawler.conftest import Installation
from tests.crawler.hostile import Publication, redirect, reply, serve_hostile, wire

pytestmark = pytest.mark.slow

REAL = "https://www.simap.ch/api"
# All of them mean this machine, a private network, or no web address at all.
_ASTRAY = """
    http://127.0.0.1:PORT/ https://127.0.0.1:PORT/ http://localhost:PORT/ http://LOCALHOST:PORT/
    http://localhost.:PORT/ http://localhost.localdomain:PORT/ http://127.0.0.1.:PORT/ http://127.1:PORT/
    http://127.0.1:PORT/ http://127.255.255.254:PORT/ http://2130706433:PORT/ http://0x7f000001:PORT/
    http://0x7f.0.0.1:PORT/ http://0177.0.0.1:PORT/ http://017700000001:PORT/ http://0:PORT/
    http://0.0.0.0:PORT/ http://[::1]:PORT/ http://[::]:PORT/ http://[0:0:0:0:0:0:0:1]:PORT/
    http://[::ffff:127.0.0.1]:PORT/ http://[::ffff:7f00:1]:PORT/ http://[64:ff9b::7f00:1]:PORT/
    http://user@127.0.0.1:PORT/ http://www.simap.ch@127.0.0.1:PORT/ http://www.simap.ch:443@127.0.0.1:PORT/
    http://127.0.0.1:PORT#@www.simap.ch/ http://127.0.0.1:PORT?@www.simap.ch/
    http://127.0.0.1:PORT\\@www.simap.ch/ http://www.simap.ch\\@127.0.0.1:PORT/ http:127.0.0.1:PORT/
    http:///127.0.0.1:PORT/ http:\\\\127.0.0.1:PORT/ http://１２７.０.０.１:PORT/ http://①②⑦.⓪.⓪.①:PORT/
    http://127。0。0。1:PORT/ http://ⓛocalhost:PORT/ http://127.0.0.1%2f:PORT/ http://127.0.0.1%00:PORT/
    http://[::1%25lo]:PORT/ http://[127.0.0.1]:PORT/ http://169.254.169.254/latest/meta-data/
    http://[fd00:ec2::254]/latest/ http://metadata.google.internal/ http://10.0.0.1/ http://192.168.1.1/
    http://172.16.0.1/ http://100.64.0.1/ http://224.0.0.1/ http://www.simap.ch/ https://www.simap.ch:PORT/
    https://www.simap.ch.evil.example/ https://evil.example/ https://www.simap.ch@evil.example/
    file:///etc/passwd file://127.0.0.1/etc/passwd ftp://127.0.0.1:PORT/ gopher://127.0.0.1:PORT/
    dict://127.0.0.1:PORT/ data:text/plain,x javascript:alert(1) about:blank s3://bucket/key
    unix:/var/run/docker.sock
"""
ASTRAY = _ASTRAY.split()


class Trap:
    """A port of this machine, on all of its addresses, at which nobody may call."""

    def __init__(self) -> None:
        self.callers: list[str] = []
        self.port = 0


@pytest.fixture
def trap() -> Iterator[Trap]:
    """Somebody listens there, in both worlds of addresses."""
    found = Trap()
    with ExitStack() as stack:
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104
            with suppress(OSError):
                listener = stack.enter_context(socket.create_server((address, found.port), family=family))
                found.port = listener.getsockname()[1]
                stack.callback(listener.shutdown, socket.SHUT_RDWR)
                threading.Thread(target=listen, args=(listener, found), daemon=True).start()
        yield found


def listen(listener: socket.socket, trap: Trap) -> None:
    with suppress(OSError):
        while True:
            connection, caller = listener.accept()
            trap.callers.append(str(caller))
            connection.close()


def fetched(urls: list[str], *, base_url: str, hosts: list[str], **names: str) -> dict[str, Any]:
    """How a run with this base and these hosts fares with the addresses, and which sockets it opens."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.crawler.fetching"],
        input=json.dumps({"urls": urls, "base_url": base_url, "hosts": hosts, "names": names}),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-2000:]
    found: dict[str, Any] = json.loads(child.stdout)
    return found


def test_no_address_but_the_sources_own_is_called(trap: Trap) -> None:
    urls = [url.replace("PORT", str(trap.port)) for url in ASTRAY]

    found = fetched(urls, base_url=REAL, hosts=["www.simap.ch"])

    assert len(urls) >= 33
    assert set(found["endings"]) == set(urls)
    assert set(found["endings"].values()) <= {"NotOnTheList", "ValueError"}
    assert found["connected"] == []
    assert trap.callers == []


def test_what_a_setting_names_on_this_machine_is_all_that_is_called(trap: Trap) -> None:
    with serve_hostile([], datetime.now(UTC).date()) as source:
        urls = [url.replace("PORT", str(trap.port)) for url in ASTRAY]

        found = fetched([*urls, f"{source.address}/cantons/v1"], base_url=source.address, hosts=[])

    assert [url for url, ending in found["endings"].items() if ending == "200"] == [
        f"{source.address}/cantons/v1"
    ]
    assert set(found["connected"]) == {"127.0.0.1"}
    assert trap.callers == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
    ],
)
def test_a_name_on_the_list_that_leads_home_is_not_called(address: str) -> None:
    url = "https://www.simap.ch/api"

    found = fetched([url, url], base_url=REAL, hosts=["www.simap.ch"], **{"www.simap.ch": address})

    assert found["endings"] == {url: "CannotResolveHostError"}
    assert found["connected"] == []


def test_no_redirect_leads_astray(trap: Trap, install: Callable[[str], Installation]) -> None:
    urls = [
        url.replace("PORT", str(trap.port)) for url in [*ASTRAY, "//127.0.0.1:PORT/", "///127.0.0.1:PORT/"]
    ]
    moved = [Publication(f"moved to {url}", "lost", redirecting(url)) for url in urls]
    refreshed = [Publication(f"refreshed to {url}", "quarantined", refreshing(url)) for url in urls]
    good = Publication("good", "stored", lambda details: [reply(wire(details))])
    today = datetime.now(UTC).astimezone(ZURICH).date()
    with serve_hostile([*moved, *refreshed, good], today) as source:
        installation = install(source.address)

        code, said = installation.run("crawl", "simap")

    assert code == 0, said
    assert trap.callers == []
    assert f"{len(moved) + len(refreshed) + 1} listed, 0 asked for besides, 1 stored, 0 unchanged" in said
    # Some of them are addresses within the source itself, read by the letter.
    ended = re.search(rf"{len(refreshed)} quarantined, (\d+) missing, (\d+) lost", said)
    assert ended is not None
    assert int(ended[1]) + int(ended[2]) == len(moved)


def redirecting(url: str) -> Callable[[Any], list[bytes]]:
    return lambda details: [redirect(url)]


def refreshing(url: str) -> Callable[[Any], list[bytes]]:
    page = f'<html><head><meta http-equiv="refresh" content="0; url={url}"></head></html>'
    return lambda details: [reply(page.encode(), f"Refresh: 0; url={url.encode()!r}", kind="text/html")]
